import Ambient
import InfraAPI
import JSON
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// Copies of volumes in the whole machinery: before replacements, for people, and the way back to them.
@Suite struct `Cluster snapshots` {
    private static func set(_ image: String, replicas: Int = 1) -> InstanceSet {
        var set = VolumeSets.set("db", replicas: replicas, image: image)
        set.spec.volumeClaimTemplates[0].spec.snapshotBeforeReplace = true
        return set
    }

    private static func runs(_ image: Int, _ count: Int) -> @Sendable (World) -> Bool {
        { world in
            VolumeSets.isSettled("db", count)(world)
                && world.engine.sortedInstances.filter { $0.image.digest == VolumeSets.digest(image) }.count == count
        }
    }

    private static func ready(_ world: World) -> [SlotSnapshot] {
        world.snapshots.values.filter(\.isReady).sorted { $0.name < $1.name }
    }

    private static func content(_ snapshot: SlotSnapshot, _ world: World) -> Int? {
        world.engine.snapshots[SnapshotHandle(uid: snapshot.uid, attempt: snapshot.status.attempt)]?.content
    }

    private static func content(_ volume: Volume, _ world: World) -> Int? {
        world.engine.volumes[volume.objectUID]?.content
    }

    @Test func `data is copied before another revision gets it, and the way back gives it to a new volume`() {
        for seed in SimulationSeeds.first(10) {
            let faults: ProviderFaults = seed.isMultiple(of: 2) ? .rough : .none
            let report = SimulatedCluster.run(
                "Cluster snapshots", seed: seed, ClusterOptions(faults: faults, deadline: .seconds(36_000))
            ) { cluster in
                for number in 1...2 {
                    cluster.engine.register("app:\(number)", SimulatedImage(digest: VolumeSets.digest(number)))
                }
                try await cluster.apply(Self.set("app:1", replicas: 2))
                try await cluster.wait(for: .seconds(3600), "app:1 runs", Self.runs(1, 2))
                try await cluster.apply(Self.set("app:2", replicas: 2))
                try await cluster.wait(for: .seconds(3600), "app:2 runs", Self.runs(2, 2))
                let world = cluster.laws.world
                let first = try #require(world.revisions.values.first { $0.spec.number == 1 })
                let copies = Self.ready(world).filter { $0.status.revision == first.name }
                #expect(copies.count == 2)
                var wanted: [String: String] = [:]
                for copy in copies { wanted[copy.spec.volume] = copy.name }
                let request = VolumeRestoreRequest(token: "back", volumes: wanted)
                var back = Self.set("app:1", replicas: 2)
                back.spec.template = first.spec.template
                try await cluster.apply(back)
                _ = try await cluster.client.mergePatch(
                    ObjectReference(InstanceSet.resourceType, namespace: "default", name: "db"),
                    [
                        "metadata": [
                            "annotations": .object(
                                JSONObject([(VolumeRestoreRequest.annotation, .string(request.text))]))
                        ]
                    ], nil, WriteOptions())
                try await cluster.wait(for: .seconds(7200), "the older data is there") { world in
                    Self.runs(1, 2)(world)
                        && world.volumes.values.filter {
                            $0.spec.source != nil && $0.status.attachment != nil
                        }.count == 2
                }
                let after = cluster.laws.world
                for copy in copies {
                    let old = try #require(VolumeSets.volume(copy.spec.volume, after))
                    #expect(old.spec.claim == nil && old.status.boundSetUID == nil && old.status.attachment == nil)
                    // What was given up is kept, and copied as well.
                    #expect(Self.content(old, after) != nil)
                    let last = Self.ready(after).first {
                        $0.spec.volume == old.name && $0.status.epoch == old.status.epoch
                    }
                    #expect(last.flatMap { Self.content($0, after) } == Self.content(old, after))
                    let new = try #require(after.volumes.values.first { $0.spec.source?.snapshot == copy.name })
                    #expect(new.status.epoch > old.status.epoch, "an epoch went back")
                }
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `a person's snapshot of an attached volume waits for the handover, that of an orphan does not`() {
        let report = VolumeSets.run(3) { cluster in
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "it runs", VolumeSets.isSettled("db", 1))
            try await Self.ask("data-db-0", named: "mine", cluster)
            try await cluster.wait(for: .seconds(60), "it waits") { world in
                world.snapshots.values.first?.status.conditions["Ready"]?.reason == "Attached"
            }
            try await cluster.apply(VolumeSets.set("db", image: "app:2"))
            try await cluster.wait(for: .seconds(600), "it is taken") { Self.ready($0).map(\.name) == ["mine"] }
            try await cluster.wait(for: .seconds(600), "it runs again", VolumeSets.isSettled("db", 1))
            #expect(Self.ready(cluster.laws.world).first?.status.epoch == 1)

            try await cluster.delete("db")
            try await cluster.wait(for: .seconds(600), "an orphan", VolumeSets.isOrphaned("data-db-0"))
            try await Self.ask("data-db-0", named: "orphans", cluster)
            try await cluster.wait(for: .seconds(600), "it is taken") {
                Self.ready($0).map(\.name) == ["mine", "orphans"]
            }
            let world = cluster.laws.world
            let (volume, copy) = (VolumeSets.volume("data-db-0", world), Self.ready(world).last)
            #expect(copy.flatMap { Self.content($0, world) } == volume.flatMap { Self.content($0, world) })
            for name in ["mine", "orphans"] {
                _ = try await cluster.client.delete(
                    ObjectReference(SlotSnapshot.resourceType, namespace: "default", name: name), DeleteOptions())
            }
            try await cluster.wait(for: .seconds(600), "the copies are gone") {
                $0.snapshots.isEmpty && $0.engine.snapshots.isEmpty
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `without room for the copy the next instance waits, and the data stays`() {
        let report = VolumeSets.run(5) { cluster in
            try await cluster.apply(Self.set("app:1"))
            try await cluster.wait(for: .seconds(600), "it runs", Self.runs(1, 1))
            cluster.engine.setQuotaLeft(false)
            try await cluster.apply(Self.set("app:2"))
            try await cluster.wait(for: .seconds(600), "it says why") { world in
                world.sets.values.first?.status.conditions["Stalled"]?.message.contains("no room for a copy") == true
            }
            try await cluster.time.sleep(for: .seconds(60))
            let world = cluster.laws.world
            #expect(world.instances.isEmpty && VolumeSets.volume("data-db-0", world)?.status.epoch == 1)
            cluster.engine.setQuotaLeft(true)
            try await cluster.wait(for: .seconds(900), "it goes on", Self.runs(2, 1))
            #expect(Self.ready(cluster.laws.world).count == 1)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    private static func ask(_ volume: String, named name: String, _ cluster: SimulatedCluster) async throws {
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: name, namespace: "default")
        snapshot.spec.volume = volume
        _ = try await cluster.client.create(snapshot)
    }
}
