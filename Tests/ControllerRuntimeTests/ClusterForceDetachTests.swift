import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// The override of law L2 in the whole machinery: requests, receipts, the instance that comes back.
@Suite struct `Cluster force detach` {
    private static func isAvailable(_ world: World) -> Bool {
        world.sets.values.contains { $0.status.availableReplicas == 1 }
    }

    private static func ask(
        _ cluster: SimulatedCluster, _ volume: String, epoch: Int, named name: String
    ) async throws -> VolumeForceDetach {
        var request = VolumeForceDetach()
        request.metadata = ObjectMeta(name: name, namespace: "default")
        request.spec.volume = volume
        request.spec.epoch = epoch
        request.spec.reason = "the host burned down"
        _ = try await cluster.client.create(
            request,
            {
                var options = WriteOptions()
                options.user = "alice"
                return options
            }())
        try await cluster.wait(for: .seconds(60), "\(name) is answered") { world in
            world.forceDetaches.values.contains { $0.name == name && $0.status.outcome != .pending }
        }
        return try await cluster.client.get(VolumeForceDetach.self, namespace: "default", name: name)
    }

    @Test func `an attachment at an engine that does not answer ends by force, and its instance is replaced later`() {
        for seed in SimulationSeeds.first(5) {
            let report = SimulatedCluster.run("Cluster force detach", seed: seed) { cluster in
                cluster.engine.register("app:1", SimulatedImage(digest: VolumeSets.digest(1)))
                try await cluster.apply(VolumeSets.set("db"))
                try await cluster.wait(for: .seconds(600), "it runs", Self.isAvailable)
                let old = try #require(cluster.laws.world.instances.values.first)
                cluster.provider.setReachable(false)
                try await cluster.time.sleep(for: .seconds(30))

                let wrong = try await Self.ask(cluster, "data-db-0", epoch: 9, named: "wrong")
                #expect(wrong.status.outcome == .refused && wrong.status.requestedBy == "alice")
                let missing = try await Self.ask(cluster, "data-db-7", epoch: 1, named: "missing")
                #expect(missing.status.message == "there is no volume data-db-7")
                let right = try await Self.ask(cluster, "data-db-0", epoch: 1, named: "right")
                #expect(right.status.outcome == .accepted && right.status.instance == old.name)

                let volume = try await cluster.client.get(Volume.self, namespace: "default", name: "data-db-0")
                // The successor may have been recorded already.
                #expect(volume.status.attachment?.instanceUID != old.uid)
                #expect(volume.status.receipts.last?.proof == .forced)
                #expect(volume.status.receipts.last?.override?.requestedBy == "alice")
                #expect(cluster.laws.world.instances[old.uid] != nil, "its record stays until it is really gone")

                cluster.provider.setReachable(true)
                try await cluster.wait(for: .seconds(600), "a successor runs") { world in
                    world.instances[old.uid] == nil && Self.isAvailable(world)
                        && world.instances.values.contains { $0.spec.epoch == 2 }
                }
                #expect(!cluster.engine.contents.sortedInstances.contains { $0.observed.uid == old.uid })
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `where no set claims the volume its own reconciler answers`() {
        let report = SimulatedCluster.run("Cluster force detach", seed: 1) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: VolumeSets.digest(1)))
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "it runs", Self.isAvailable)
            let old = try #require(cluster.laws.world.instances.values.first)
            try await cluster.delete("db", propagation: .orphan)
            try await cluster.wait(for: .seconds(600), "the set is gone") { $0.sets.isEmpty }
            let answer = try await Self.ask(cluster, "data-db-0", epoch: 1, named: "unmanaged")
            #expect(answer.status.outcome == .accepted)
            // The set comes back: the unmanaged instance is not its occupant any more.
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "a successor runs") { world in
                world.instances[old.uid] == nil && Self.isAvailable(world)
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a forced receipt without a request breaks the law`() {
        let report = SimulatedCluster.run("Cluster force detach", seed: 1) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: VolumeSets.digest(1)))
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "it runs", Self.isAvailable)
            cluster.stopController()
            var volume = try await cluster.client.get(Volume.self, namespace: "default", name: "data-db-0")
            let attachment = try #require(volume.status.attachment)
            var receipt = DetachReceipt()
            receipt.epoch = attachment.epoch
            receipt.instance = attachment.instance
            receipt.instanceUID = attachment.instanceUID
            receipt.proof = .forced
            volume.status.attachment = nil
            volume.status.receipts.append(receipt)
            _ = try await cluster.client.updateStatus(volume)
            cluster.resumeController()
        }
        #expect(report.violations.contains { $0.message.contains("by force, and nobody asked for that") })
    }
}
