import Ambient
public import ControllerRuntime
public import InfraAPI
import Logging
import ResourceAPI

/// The records that the controllers plan on, in memory. Secrets are not among them: they are read when they are needed.
public struct ResourceCaches: Sendable {
    /// Index of revisions, instances and volumes by `namespace/name` of their set.
    static let bySet = "set"
    /// Index of instances by uid.
    static let byUID = "uid"
    /// Index of sets by `namespace/name` of the set whose volumes they take over.
    static let heirs = "heirs"
    /// Index of snapshots by `namespace/name` of their volume.
    static let byVolume = "volume"
    /// Index of unanswered requests by namespace.
    static let pending = "pending"

    public let sets = ResourceCache<InstanceSet>(indexes: [
        CacheIndex(heirs) { set in set.spec.adoptVolumesFrom.map { ["\(set.namespace)/\($0.set)"] } ?? [] }
    ])
    public let revisions = ResourceCache<Revision>(indexes: [CacheIndex(bySet) { ["\($0.namespace)/\($0.spec.set)"] }])
    public let instances = ResourceCache<Instance>(indexes: [
        CacheIndex(bySet) { ["\($0.namespace)/\($0.spec.set)"] }, CacheIndex(byUID) { [$0.uid] },
    ])
    public let volumes = ResourceCache<Volume>(indexes: [
        CacheIndex(bySet) { volume in volume.spec.claim.map { ["\(volume.namespace)/\($0.set)"] } ?? [] }
    ])
    public let snapshots = ResourceCache<SlotSnapshot>(indexes: [
        CacheIndex(byVolume) { ["\($0.namespace)/\($0.spec.volume)"] }
    ])
    public let forceDetaches = ResourceCache<VolumeForceDetach>(indexes: [
        CacheIndex(pending) { $0.status.outcome == .pending ? [$0.namespace] : [] }
    ])
    public let providers = ResourceCache<ProviderObject>()
    public let namespaces = ResourceCache<Namespace>()

    public init() {}

    /// To be called when nobody acts on them any more.
    func disconnect() {
        sets.removeHandlers()
        revisions.removeHandlers()
        instances.removeHandlers()
        volumes.removeHandlers()
        forceDetaches.removeHandlers()
        providers.removeHandlers()
        namespaces.removeHandlers()
    }

    /// Returns false when the task was cancelled first.
    func waitUntilSynced(_ scope: ControllerScope) async -> Bool {
        let all = [
            await sets.waitUntilSynced(), await revisions.waitUntilSynced(), await instances.waitUntilSynced(),
            await volumes.waitUntilSynced(), await snapshots.waitUntilSynced(), await forceDetaches.waitUntilSynced(),
            await providers.waitUntilSynced(),
        ]
        guard all.allSatisfy({ $0 }) else { return false }
        return scope.serverHasUpkeep ? true : await namespaces.waitUntilSynced()
    }
}
