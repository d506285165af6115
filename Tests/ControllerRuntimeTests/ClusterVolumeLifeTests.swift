import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// Two sets whose claims change, whose slots come and go and whose volumes are moved, deleted and detached by force, while the
/// engine fails and the controller dies: no law is broken, and in the end both run.
@Suite struct `Cluster volume life` {
    private static let images = ["app:1", "app:2"]

    private static func set(_ name: String, _ random: SeededRandomness) -> InstanceSet {
        let hasLogs = random.below(2) == 0
        var set = VolumeSets.set(
            name, replicas: random.below(3), claims: hasLogs ? ["data", "logs"] : ["data"],
            image: images[random.below(images.count)])
        if !hasLogs { set.spec.orphanClaims = ["logs"] }
        return set
    }

    private static func isGoing(_ name: String, _ world: World) -> Bool {
        world.sets.values.contains { $0.name == name && $0.isBeingDeleted }
    }

    /// What people do to volumes; what the server refuses, it refuses.
    private static func disturb(_ cluster: SimulatedCluster, _ random: SeededRandomness) async throws {
        let volumes = cluster.laws.world.volumes.values.sorted { $0.name < $1.name }
        guard !volumes.isEmpty else { return }
        let volume = volumes[random.below(volumes.count)]
        do {
            switch random.below(3) {
            case 0:
                guard let attachment = volume.status.attachment else { return }
                var request = VolumeForceDetach()
                request.metadata = ObjectMeta(name: "f\(random.below(1_000_000))", namespace: "default")
                request.spec.volume = volume.name
                request.spec.epoch = attachment.epoch
                request.spec.reason = "at random"
                _ = try await cluster.client.create(request)
            case 1:
                try await VolumeSets.move(
                    volume.name, to: ["a", "b"][random.below(2)], slot: random.below(3),
                    claim: ["data", "logs"][random.below(2)], cluster)
            default: try await VolumeSets.delete(volume.name, isApproved: random.below(2) == 0, cluster)
            }
        } catch is APIStatus {}
    }

    private static func life(_ seed: UInt64) -> ClusterReport {
        SimulatedCluster.run(
            "Cluster volume life", seed: seed, ClusterOptions(faults: .rough, deadline: .seconds(30_000))
        ) { cluster in
            let random = cluster.simulation.randomness.stream("scenario")
            for number in 1...2 {
                cluster.engine.register("app:\(number)", SimulatedImage(digest: VolumeSets.digest(number)))
            }
            for _ in 0..<40 {
                do {
                    switch random.below(8) {
                    case 0, 1, 2:
                        let wanted = set(["a", "b"][random.below(2)], random)
                        // A set that is going takes no new spec, however often it is tried.
                        if !isGoing(wanted.name, cluster.laws.world) { try await cluster.apply(wanted) }
                    case 3, 4: try await disturb(cluster, random)
                    case 5: try await cluster.delete(["a", "b"][random.below(2)])
                    case 6: cluster.killController()
                    default:
                        cluster.provider.setReachable(false)
                        try await cluster.time.sleep(for: .seconds(random.below(30)))
                        try await disturb(cluster, random)
                        try await cluster.time.sleep(for: .seconds(random.below(30)))
                        cluster.provider.setReachable(true)
                    }
                } catch is APIStatus {}
                try await cluster.time.sleep(for: .milliseconds(random.below(20_000)))
            }
            cluster.engine.setFaults(.none)
            try await cluster.time.sleep(for: .seconds(300))
            try await cluster.wait(for: .seconds(3600), "what was deleted is gone") { world in
                !isGoing("a", world) && !isGoing("b", world)
            }
            for name in ["a", "b"] {
                try await cluster.apply(VolumeSets.set(name, replicas: 2, claims: ["data", "logs"]))
            }
            try await UnknownInstances.remove(from: cluster.engine, cluster.client, cluster.time)
            // Whose deletion was asked for and not approved waits for a person, and its slot with it.
            for volume in cluster.laws.world.volumes.values.sorted(by: { $0.name < $1.name })
            where volume.isBeingDeleted {
                try await VolumeSets.delete(volume.name, isApproved: true, cluster)
            }
            try await cluster.wait(for: .seconds(3600), "both run") { world in
                VolumeSets.isSettled("a", 2)(world) && VolumeSets.isSettled("b", 2)(world)
            }
            // What nobody approved the deletion of is there still.
            let world = cluster.laws.world
            for uid in world.engine.deletedVolumes { #expect(world.volumes[uid] == nil) }
        }
    }

    @Test func `whatever is done to volumes, no law is broken, and the sets run in the end`() {
        for seed in SimulationSeeds.first(10) {
            let report = Self.life(seed)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }
}
