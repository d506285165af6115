import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI

/// What the controller manager of a cluster does for those who run on it: garbage collection by owner references, namespaces that
/// go, definitions that become established.
struct ClusterUpkeep: Sendable {
    private static let period = Duration.milliseconds(100)

    let client: LocalResourceClient
    let store: any VersionedStore
    let time: any TimeSource

    /// Runs until the task is cancelled.
    func run() async {
        var seen: StoreVersion?
        while !Task.isCancelled {
            // A write that comes in between is seen in the next round, as is whatever fails.
            if let version = try? await store.currentVersion(), version != seen {
                seen = version
                do throws(APIStatus) {
                    try await collectGarbage()
                    try await emptyNamespaces()
                    try await establishDefinitions()
                } catch { seen = nil }
            }
            try? await time.sleep(for: ClusterUpkeep.period)
        }
    }

    private func collectGarbage() async throws(APIStatus) {
        var objects: [GarbageObject] = []
        // All of one version: an owner that is not among them is gone.
        var options = ListOptions()
        for type in ClusterKinds.table.all {
            let list = try await client.list(type, in: nil, options)
            options.exactVersion = list.resourceVersion
            objects += list.items.map { GarbageObject($0, type) }
        }
        let kinds = ClusterKinds.table
        for action in GarbageCollection.plan(objects, isWatched: { kinds.find(apiVersion: $0, kind: $1) != nil }) {
            do throws(APIStatus) {
                try await take(action)
            } catch {
                guard error.isNotFound || error.isConflict else { throw error }
            }
        }
    }

    private func take(_ action: GarbageAction) async throws(APIStatus) {
        switch action {
        case .delete(let reference, let uid, let propagation):
            _ = try await client.delete(reference, DeleteOptions(propagation: propagation, uid: uid))
        case .release(let reference, let uid, let owner):
            try await edit(reference, uid, "ownerReferences") { $0["uid"]?.stringValue != owner }
        case .removeFinalizer(let reference, let uid, let finalizer):
            try await edit(reference, uid, "finalizers") { $0.stringValue != finalizer }
        }
    }

    /// Keeps of a list in the metadata what is to stay.
    private func edit(
        _ reference: ObjectReference, _ uid: String, _ list: String, _ keeps: (JSONValue) -> Bool
    ) async throws(APIStatus) {
        var object = try await client.get(reference)
        guard object["metadata"]?["uid"]?.stringValue == uid else { return }
        object[path: ["metadata", list]] = .array((object["metadata"]?[list]?.arrayValue ?? []).filter(keeps))
        _ = try await client.update(object, nil, WriteOptions())
    }

    /// The finalizer stands for Kubernetes' `spec.finalizers`.
    private func emptyNamespaces() async throws(APIStatus) {
        for namespace in try await client.list(Namespace.self).items where namespace.isBeingDeleted {
            var isEmpty = true
            for type in ClusterKinds.table.all where type.namespaced && type != Event.resourceType {
                for item in try await client.list(type, in: namespace.name, ListOptions()).items {
                    isEmpty = false
                    guard item["metadata"]?["deletionTimestamp"] == nil else { continue }
                    let name = item["metadata"]?["name"]?.stringValue ?? ""
                    do throws(APIStatus) {
                        _ = try await client.delete(
                            ObjectReference(type, namespace: namespace.name, name: name), DeleteOptions())
                    } catch { guard error.isNotFound else { throw error } }
                }
            }
            guard isEmpty else { continue }
            var emptied = namespace
            emptied.metadata.finalizers.removeAll { $0 == ClusterServer.namespaceFinalizer }
            _ = try await client.update(emptied)
        }
    }

    private func establishDefinitions() async throws(APIStatus) {
        let type = ClusterKinds.customResourceDefinition
        for var definition in try await client.list(type, in: nil, ListOptions()).items
        where definition["status"]?["conditions"] == nil {
            definition["status"] = [
                "conditions": [
                    ["type": "NamesAccepted", "status": "True", "reason": "NoConflicts"],
                    ["type": "Established", "status": "True", "reason": "InitialNamesAccepted"],
                ]
            ]
            _ = try await client.update(definition, .status, WriteOptions())
        }
    }
}

/// Namespaces stay until they are empty.
struct NamespaceBeginning: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .create, request.type == Namespace.resourceType else { return }
        request.object[path: ["metadata", "finalizers"]] = [.string(ClusterServer.namespaceFinalizer)]
        request.object["status"] = ["phase": "Active"]
    }
}
