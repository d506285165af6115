import APIClient
import Ambient
import DockerEngine
import Glibc
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    /// Volumes that leave their set, and attachments that end without proof, on a real engine with writers that check.
    @Suite struct VolumeMoveTests {
        @Test func `a renamed set goes on where the old one's data ended`() async throws {
            try await Bed.with { bed in
                let image = try await bed.image("v1")
                let old = Manifest.writers(image, name: "old", replicas: 2)
                try await bed.apply(old)
                let before = try await bed.settled("old")
                try await bed.written(before, by: "v1")

                var new = Manifest.writers(image, name: "new", replicas: 2)
                new.spec = ["adoptVolumesFrom": ["set": "old"]]
                try await bed.apply(new)
                try await bed.wait(for: "new", "it waits for the old set") { fleet in
                    fleet.condition("Ready")?.message.contains("that set has slot") == true
                }
                try await bed.delete(set: "old")
                let after = try await bed.settled("new", .seconds(60))
                #expect(Set(after.volumes.map(\.uid)) == Set(before.volumes.map(\.uid)))
                #expect(
                    Set(after.volumes.compactMap(\.status.providerID))
                        == Set(before.volumes.compactMap(\.status.providerID)))
                #expect(after.volumes.map(\.status.epoch) == [2, 2])
                // Numbers go on without a gap: it is the same data.
                try await bed.written(after, by: "v1")
                try await bed.expectNothingLeaked(after)
            }
        }

        @Test func `an orphan that is given to another slot keeps its data`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")
                manifest.replicas = 0
                try await bed.apply(manifest)
                try await bed.wait(for: "db", "both orphaned") { fleet in
                    fleet.volumes.count { $0.status.phase == "Orphaned" } == 2
                }
                // What `immctl volume reattach data-db-1 --set db --slot 0 --displace` writes.
                let (zero, one) = (try first.volume(0), try first.volume(1))
                let place: JSONValue = ["set": "db", "slot": 0, "name": "data"]
                for (volume, claim) in [(zero, JSONValue.null), (one, place)] {
                    _ = try await bed.client.mergePatch(
                        ObjectReference(Volume.resourceType, namespace: "default", name: volume.name),
                        ["spec": ["claim": claim]], nil, WriteOptions())
                }
                manifest.replicas = 1
                try await bed.apply(manifest)
                let moved = try await bed.settled("db")
                #expect(moved.volumes.map(\.uid) == [one.uid])
                #expect(moved.volumes.map(\.status.epoch) == [2])
                try await bed.written(moved, by: "v1")
                let writers = try await bed.checkLog(of: one).map(\.instance).deduplicated
                #expect(writers.first?.hasPrefix("db-1-") == true && writers.last?.hasPrefix("db-0-") == true)
                try await bed.expectNothingLeaked(moved)
            }
        }

        @Test func `after a forced detachment the old instance leaves, and only its successor writes`() async throws {
            let socket = TestEngine.socketPath ?? "/nowhere"
            let link: @Sendable (String) -> String = { directory in
                let link = directory + "/engine.sock"
                symlink(socket, link)
                return link
            }
            try await Bed.with(endpoint: link) { bed in
                try await bed.apply(Manifest.writers(try await bed.image("v1"), replicas: 1))
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")
                // The engine is out of reach; its container writes on.
                bed.daemon.crash()
                unlink(bed.directory + "/engine.sock")
                try await bed.daemon.start()
                let volume = try first.volume(0)
                for (epoch, outcome) in [(7, VolumeForceDetachStatus.Outcome.refused), (1, .accepted)] {
                    var request = VolumeForceDetach()
                    request.metadata = ObjectMeta(name: "epoch-\(epoch)", namespace: "default")
                    request.spec.volume = volume.name
                    request.spec.volumeUID = volume.uid
                    request.spec.epoch = epoch
                    request.spec.reason = "the cable is cut"
                    _ = try await bed.client.create(request)
                    try await bed.wait(for: "db", "\(request.name) answered") { _ in
                        let stored = try await bed.client.get(
                            VolumeForceDetach.self, namespace: "default", name: request.name)
                        return stored.status.outcome == outcome && stored.status.requestedBy == "imm:owner"
                    }
                }
                let detached = try await bed.client.get(Volume.self, namespace: "default", name: volume.name)
                #expect(detached.status.attachment == nil && detached.status.receipts.last?.proof == .forced)
                #expect(detached.status.receipts.last?.override?.reason == "the cable is cut")
                #expect(try await bed.fleet("db").instances.map(\.uid) == first.instances.map(\.uid))

                symlink(socket, bed.directory + "/engine.sock")
                let after = try await bed.wait(for: "db", "a successor", .seconds(60)) { fleet in
                    fleet.isSettled && fleet.instances.map(\.spec.epoch) == [2]
                }
                #expect(after.ids.isDisjoint(with: first.ids))
                try await bed.written(after, by: "v1")
                try await bed.expectNothingLeaked(after)
            }
        }
    }
}
