import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// Claims that change, and volumes that go from a set to its successor, in the whole machinery.
@Suite struct `Cluster claims` {
    private static func adopting(_ name: String, from old: String, replicas: Int = 2) -> InstanceSet {
        var set = VolumeSets.set(name, replicas: replicas)
        var adoption = VolumeAdoption()
        adoption.set = old
        set.spec.adoptVolumesFrom = adoption
        return set
    }

    @Test func `a claim is added and removed by replacement, and its volumes are kept`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db", replicas: 2))
            try await cluster.wait(for: .seconds(600), "both run", VolumeSets.isSettled("db", 2))
            let first = cluster.laws.world.instances(of: try await cluster.set("db")).map(\.uid)
            try await cluster.apply(VolumeSets.set("db", replicas: 2, claims: ["data", "logs"]))
            try await cluster.time.sleep(for: .seconds(1))
            try await cluster.wait(for: .seconds(600), "both have logs", VolumeSets.isSettled("db", 2))
            var world = cluster.laws.world
            #expect(world.instances(of: try await cluster.set("db")).allSatisfy { !first.contains($0.uid) })
            let logs = try #require(VolumeSets.volume("logs-db-1", world))
            #expect(logs.status.attachment != nil && world.volumes.count == 4)

            var without = VolumeSets.set("db", replicas: 2)
            without.spec.orphanClaims = ["logs"]
            try await cluster.apply(without)
            try await cluster.time.sleep(for: .seconds(1))
            try await cluster.wait(for: .seconds(600), "the logs are orphaned") { world in
                VolumeSets.isSettled("db", 2)(world) && VolumeSets.isOrphaned("logs-db-0")(world)
                    && VolumeSets.isOrphaned("logs-db-1")(world)
            }
            world = cluster.laws.world
            #expect(VolumeSets.volume("logs-db-1", world)?.uid == logs.uid)
            #expect(VolumeSets.volume("data-db-0", world)?.status.attachment != nil)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `below the partition no volume is made for a claim that is new`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db", replicas: 2))
            try await cluster.wait(for: .seconds(600), "both run", VolumeSets.isSettled("db", 2))
            var set = VolumeSets.set("db", replicas: 2, claims: ["data", "logs"])
            set.spec.strategy.partition = .int(1)
            try await cluster.apply(set)
            try await cluster.wait(for: .seconds(600), "slot 1 has logs") { world in
                VolumeSets.volume("logs-db-1", world)?.status.attachment != nil
                    && world.sets.values.contains { $0.status.availableReplicas == 2 }
            }
            #expect(VolumeSets.volume("logs-db-0", cluster.laws.world) == nil)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a claim that grows resizes its volumes and replaces nothing`() {
        for seed in SimulationSeeds.first(3) {
            let report = VolumeSets.run(seed) { cluster in
                try await cluster.apply(VolumeSets.set("db", replicas: 2))
                try await cluster.wait(for: .seconds(600), "both run", VolumeSets.isSettled("db", 2))
                let before = cluster.laws.world.instances(of: try await cluster.set("db")).map(\.uid)
                cluster.provider.script(.resizeVolume, [.unknownNotDone, .engineFailed])
                var set = VolumeSets.set("db", replicas: 2)
                set.spec.volumeClaimTemplates[0].spec.size = Quantity(bytes: 3 << 30)
                try await cluster.apply(set)
                try await cluster.wait(for: .seconds(600), "both have grown") { world in
                    world.volumes.values.allSatisfy { $0.status.size == Quantity(bytes: 3 << 30) }
                }
                let world = cluster.laws.world
                #expect(world.engine.volumes.values.allSatisfy { $0.size == Quantity(bytes: 3 << 30) })
                #expect(world.instances(of: try await cluster.set("db")).map(\.uid) == before)
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `a renamed set takes the orphans of the old one`() {
        for seed in SimulationSeeds.first(3) {
            let report = VolumeSets.run(seed) { cluster in
                try await cluster.apply(VolumeSets.set("old", replicas: 2, claims: ["data", "logs"]))
                try await cluster.wait(for: .seconds(600), "the old one runs", VolumeSets.isSettled("old", 2))
                let uids = Set(cluster.laws.world.volumes.keys)
                var new = VolumeSets.set("new", replicas: 2, claims: ["data", "logs"])
                new.spec.adoptVolumesFrom = Self.adopting("new", from: "old").spec.adoptVolumesFrom
                try await cluster.apply(new)
                // While the old set holds them: a stated wait, and never a blank volume.
                try await cluster.wait(for: .seconds(60), "it waits and says why") { world in
                    world.sets.values.contains { set in
                        set.name == "new"
                            && set.status.conditions["Ready"]?.message.contains("that set has slot") == true
                    }
                }
                try await cluster.time.sleep(for: .seconds(30))
                #expect(Set(cluster.laws.world.volumes.keys) == uids)
                cluster.killController()
                try await cluster.delete("old")
                try await cluster.time.sleep(for: .milliseconds(500))
                cluster.killController()
                try await cluster.wait(for: .seconds(600), "the new one runs", VolumeSets.isSettled("new", 2))
                let world = cluster.laws.world
                #expect(Set(world.volumes.keys) == uids, "the same volumes, and no others")
                for volume in world.volumes.values {
                    #expect(volume.spec.claim?.set == "new" && volume.status.epoch == 2)
                    #expect(volume.metadata.labels["imm.dev/set"] == "new")
                }
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `slots that the old set never had get new volumes`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("old"))
            try await cluster.wait(for: .seconds(600), "the old one runs", VolumeSets.isSettled("old", 1))
            try await cluster.delete("old")
            try await cluster.wait(for: .seconds(600), "it is orphaned", VolumeSets.isOrphaned("data-old-0"))
            try await cluster.apply(Self.adopting("new", from: "old", replicas: 2))
            try await cluster.wait(for: .seconds(600), "the new one runs", VolumeSets.isSettled("new", 2))
            let world = cluster.laws.world
            #expect(world.volumes.values.map(\.name).sorted() == ["data-new-1", "data-old-0"])
        }
        #expect(report.problems.isEmpty, "\(report)")
    }
}
