import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI

/// Deletes what belongs to nobody any more, by owner references. Volumes have none.
struct GarbageCollector: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches

    func collect(_ logger: Logger) async -> ReconcileOutcome {
        let objects =
            caches.sets.list().map { garbage($0) } + caches.revisions.list().map { garbage($0) }
            + caches.instances.list().map { garbage($0) }
        let kinds = [InstanceSet.resourceType, Revision.resourceType, Instance.resourceType]
        let actions = GarbageCollection.plan(objects) { apiVersion, kind in
            kinds.contains { $0.apiVersion == apiVersion && $0.kind == kind }
        }
        do throws(APIStatus) {
            for action in actions { try await take(action) }
            return .done
        } catch {
            guard error.isConflict || error.isNotFound else { return .failed(error) }
            logger.debug("garbage has changed, looking again", metadata: ["error": "\(error)"])
            return .requeue(after: .milliseconds(100))
        }
    }

    private func garbage(_ object: some APIObject) -> GarbageObject {
        GarbageObject(
            reference: ObjectReference(type(of: object).resourceType, namespace: object.namespace, name: object.name),
            uid: object.uid, owners: object.metadata.ownerReferences, finalizers: object.metadata.finalizers,
            isBeingDeleted: object.isBeingDeleted)
    }

    private func take(_ action: GarbageAction) async throws(APIStatus) {
        switch action {
        case .delete(let reference, let uid, let propagation):
            // The cache said that every owner is gone; what it cannot know yet, the store does.
            guard try await ownersAreGone(reference) else { return }
            _ = try await client.delete(reference, DeleteOptions(propagation: propagation, uid: uid))
        case .release(let reference, let uid, let owner):
            try await edit(reference, uid) { metadata in
                let owners = metadata["ownerReferences"]?.arrayValue ?? []
                metadata["ownerReferences"] = .array(owners.filter { $0["uid"]?.stringValue != owner })
            }
        case .removeFinalizer(let reference, let uid, let finalizer):
            try await edit(reference, uid) { metadata in
                let finalizers = metadata["finalizers"]?.arrayValue ?? []
                metadata["finalizers"] = .array(finalizers.filter { $0.stringValue != finalizer })
            }
        }
    }

    private func ownersAreGone(_ reference: ObjectReference) async throws(APIStatus) -> Bool {
        let object = try await client.get(reference)
        for owner in object["metadata"]?["ownerReferences"]?.arrayValue ?? [] {
            guard let apiVersion = owner["apiVersion"]?.stringValue, let kind = owner["kind"]?.stringValue,
                let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind), let name = owner["name"]?.stringValue
            else { return false }
            let owning = ObjectReference(type, namespace: type.namespaced ? reference.namespace : "", name: name)
            do throws(APIStatus) {
                let found = try await client.get(owning)
                let isSame = found["metadata"]?["uid"]?.stringValue == owner["uid"]?.stringValue
                if isSame, found["metadata"]?["deletionTimestamp"] == nil { return false }
            } catch  where error.isNotFound {
                continue
            }
        }
        return true
    }

    private func edit(
        _ reference: ObjectReference, _ uid: String, _ change: (inout JSONValue) -> Void
    ) async throws(APIStatus) {
        var object = try await client.get(reference)
        guard object["metadata"]?["uid"]?.stringValue == uid, var metadata = object["metadata"] else { return }
        change(&metadata)
        object["metadata"] = metadata
        _ = try await client.update(object, nil, WriteOptions())
    }
}
