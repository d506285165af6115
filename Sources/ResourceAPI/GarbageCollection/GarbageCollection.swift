import InfraAPI

/// One thing that the garbage collector does.
public enum GarbageAction: Sendable, Hashable {
    /// All owners are gone, or wait in the foreground for this to go. Delete by uid.
    case delete(ObjectReference, uid: String, propagation: DeleteOptions.Propagation)
    /// The reference to this owner goes, the object stays: the owner is gone but another is there, or it leaves orphans.
    case release(ObjectReference, uid: String, owner: String)
    /// The owner waits no longer.
    case removeFinalizer(ObjectReference, uid: String, finalizer: String)
}

/// Garbage collection by owner references, as Kubernetes does it; pure.
public enum GarbageCollection {
    /// What to do about `objects`, in their order.
    ///
    /// - Parameters:
    ///   - objects: everything of the kinds that are watched, from lists at least as new as each other's changes: an
    ///     owner of such a kind that is not among them is taken to be gone. Confirm by a read before deleting.
    ///   - isWatched: whether objects of a kind are among them; owners of other kinds are taken to be there.
    public static func plan(
        _ objects: [GarbageObject], isWatched: (_ apiVersion: String, _ kind: String) -> Bool
    ) -> [GarbageAction] {
        let byUID = Dictionary(objects.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
        var dependents: [String: [GarbageObject]] = [:]
        for object in objects {
            for owner in object.owners { dependents[owner.uid, default: []].append(object) }
        }
        return objects.flatMap { object in
            asOwner(object, dependents[object.uid] ?? [])
                + asDependent(object) { owner in
                    guard isWatched(owner.apiVersion, owner.kind) else { return .there }
                    guard let found = byUID[owner.uid], found.canOwn(object) else { return .gone }
                    return found.isForegroundDeleted ? .waiting : found.isOrphaning ? .orphaning : .there
                }
        }
    }

    private enum OwnerState {
        case there, gone
        /// Being deleted in the foreground: waits for its dependents.
        case waiting
        /// Its references are on their way out.
        case orphaning
    }

    private static func asOwner(_ owner: GarbageObject, _ dependents: [GarbageObject]) -> [GarbageAction] {
        if owner.isOrphaning {
            guard dependents.isEmpty else {
                // Those on their way out need their owner to the end.
                return dependents.filter { !$0.isBeingDeleted }.map {
                    .release($0.reference, uid: $0.uid, owner: owner.uid)
                }
            }
            return [.removeFinalizer(owner.reference, uid: owner.uid, finalizer: PropagationFinalizer.orphan)]
        }
        guard owner.isForegroundDeleted else { return [] }
        let isBlocked = dependents.contains { dependent in
            dependent.owners.contains { $0.uid == owner.uid && $0.blockOwnerDeletion == true }
        }
        if isBlocked { return [] }
        return [.removeFinalizer(owner.reference, uid: owner.uid, finalizer: PropagationFinalizer.foreground)]
    }

    private static func asDependent(
        _ object: GarbageObject, _ state: (OwnerReference) -> OwnerState
    ) -> [GarbageAction] {
        guard !object.owners.isEmpty, !object.isBeingDeleted else { return [] }
        let states = object.owners.map { (owner: $0, state: state($0)) }
        if states.contains(where: { $0.state == .there || $0.state == .orphaning }) {
            return states.filter { $0.state == .gone || $0.state == .waiting }.map {
                .release(object.reference, uid: object.uid, owner: $0.owner.uid)
            }
        }
        let waits = states.contains { $0.state == .waiting }
        return [.delete(object.reference, uid: object.uid, propagation: waits ? .foreground : .background)]
    }
}

extension GarbageObject {
    /// Owners are cluster-scoped or of the same namespace.
    fileprivate func canOwn(_ object: GarbageObject) -> Bool {
        !reference.type.namespaced || reference.namespace == object.reference.namespace
    }
}
