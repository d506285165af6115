import InfraAPI
import JSON
import ResourceAPI

// Bugs in what is written.
extension Mutant {
    static let writing: [Mutant] = [
        Mutant(
            "retain-ignored", "an orphaned volume is deleted at once, whatever its reclaim policy",
            client: { base in
                BentClient(
                    base,
                    afterUpdate: { base, object async throws(APIStatus) in
                        guard let volume = try? Volume(json: object), volume.status.orphanedAt != nil,
                            volume.status.boundSetUID == nil, !volume.isBeingDeleted
                        else { return }
                        _ = try await base.delete(
                            ObjectReference(Volume.resourceType, namespace: volume.namespace, name: volume.name),
                            DeleteOptions())
                    })
            }),
        Mutant(
            "volume-owned", "a volume belongs to the revision's owner, and goes with it",
            client: { base in
                BentClient(
                    base,
                    create: { object in
                        guard object["kind"]?.stringValue == Volume.resourceType.kind else { return object }
                        var object = object
                        object[path: ["metadata", "ownerReferences"]] = .array([
                            [
                                "apiVersion": .string(InstanceSet.resourceType.apiVersion), "kind": "InstanceSet",
                                "name": object[path: ["spec", "claim", "set"]] ?? "",
                                "uid": "00000000-0000-0000-0000-000000000001",
                            ]
                        ])
                        return object
                    })
            }),
        Mutant(
            "finalizer-forgotten", "an Instance's record does not wait for the instance to be gone",
            client: { base in
                BentClient(
                    base,
                    create: { object in
                        guard object["kind"]?.stringValue == Instance.resourceType.kind else { return object }
                        var object = object
                        object[path: ["metadata", "finalizers"]] = .array([])
                        return object
                    })
            }),
    ]
}
