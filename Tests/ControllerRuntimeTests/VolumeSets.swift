import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Simulation

/// Sets with volumes, for the scenarios about them.
enum VolumeSets {
    static func set(
        _ name: String, replicas: Int = 1, claims: [String] = ["data"], policy: ReclaimPolicy = .retain,
        namespace: String = "default", image: String = "app:1"
    ) -> InstanceSet {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: name, namespace: namespace)
        set.spec.replicas = replicas
        set.spec.template.spec.image = image
        for name in claims {
            var claim = VolumeClaimTemplate()
            claim.name = name
            claim.spec.reclaimPolicy = policy
            set.spec.volumeClaimTemplates.append(claim)
            var mount = VolumeMount()
            mount.name = name
            mount.mountPath = "/\(name)"
            set.spec.template.spec.volumeMounts.append(mount)
        }
        return set
    }

    static func digest(_ number: Int) -> String { "sha256:\(String(repeating: "\(number)", count: 64))" }

    /// The set is settled with so many available, on what its spec says now.
    static func isSettled(_ name: String, _ available: Int) -> @Sendable (World) -> Bool {
        { world in
            world.sets.values.contains { set in
                set.name == name && set.status.availableReplicas == available && set.spec.replicas == available
                    && set.status.observedGeneration == set.metadata.generation
                    && set.status.conditions["Ready"]?.status == .true
            }
        }
    }

    static func volume(_ name: String, _ world: World) -> Volume? { world.volumes.values.first { $0.name == name } }

    static func isOrphaned(_ name: String) -> @Sendable (World) -> Bool {
        { world in
            volume(name, world).map { $0.status.boundSetUID == nil && $0.status.attachment == nil } ?? false
        }
    }

    /// What `immctl volume reattach` writes.
    static func move(
        _ name: String, to set: String, slot: Int, claim: String = "data", _ cluster: SimulatedCluster
    ) async throws {
        _ = try await cluster.client.mergePatch(
            ObjectReference(Volume.resourceType, namespace: "default", name: name),
            ["spec": ["claim": ["set": .string(set), "slot": .int(Int64(slot)), "name": .string(claim)]]], nil,
            WriteOptions())
    }

    /// What `immctl volume delete` does.
    static func delete(_ name: String, isApproved: Bool, in namespace: String = "default", _ cluster: SimulatedCluster)
        async throws
    {
        let volume = try await cluster.client.get(Volume.self, namespace: namespace, name: name)
        if isApproved {
            let approval = JSONObject([(VolumeDeletion.approvalAnnotation, .string(volume.uid))])
            _ = try await cluster.client.mergePatch(
                ObjectReference(Volume.resourceType, namespace: namespace, name: name),
                ["metadata": ["annotations": .object(approval)]], nil, WriteOptions())
        }
        _ = try await cluster.client.delete(
            ObjectReference(Volume.resourceType, namespace: namespace, name: name), DeleteOptions())
    }

    static func run(
        _ seed: UInt64 = 1, until deadline: Duration = .seconds(7200),
        _ scenario: @escaping @Sendable (SimulatedCluster) async throws -> Void
    ) -> ClusterReport {
        SimulatedCluster.run("Cluster volumes", seed: seed, ClusterOptions(deadline: deadline)) { cluster in
            for number in 1...3 {
                cluster.engine.register("app:\(number)", SimulatedImage(digest: VolumeSets.digest(number)))
            }
            try await scenario(cluster)
        }
    }
}
