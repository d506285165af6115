import Ambient
import ControllerRuntime
import InfraAPI

/// What the sources are planned on, in memory.
struct SourceCaches: Sendable {
    /// Index of sources by the objects in their inventories.
    private static let byObject = "object"
    /// Index of sources by those that they depend on.
    private static let byDependency = "dependency"
    /// Index of approvals by the source that they name.
    private static let bySource = "source"

    let sources = ResourceCache<GitSource>(indexes: [
        CacheIndex(byObject) { $0.status.inventory.map { SourceCaches.key(ObjectID($0)) } },
        CacheIndex(byDependency) { source in source.spec.dependsOn.map { "\(source.namespace)/\($0)" } },
    ])
    let approvals = ResourceCache<PruneApproval>(indexes: [
        CacheIndex(bySource) { ["\($0.namespace)/\($0.spec.source)"] }
    ])
    let mirror = ObjectMirror()

    private static func key(_ id: ObjectID) -> String { "\(id.apiVersion) \(id.kind) \(id.namespace)/\(id.name)" }

    /// Sources that answer for an object, or for one of that name that is gone.
    func sources(of id: ObjectID) -> [GitSource] { sources.list(index: Self.byObject, value: Self.key(id)) }

    func dependents(of source: GitSource) -> [GitSource] {
        sources.list(index: Self.byDependency, value: NamespacedName(source).description)
    }

    /// Those that can still matter, in the order of their creation.
    func approvals(of source: NamespacedName) -> [PruneApproval] {
        approvals.list(index: Self.bySource, value: source.description)
            .filter { $0.status.outcome != .refused }
            .sorted {
                ($0.metadata.creationTimestamp ?? .epoch, $0.name) < ($1.metadata.creationTimestamp ?? .epoch, $1.name)
            }
    }

    /// Another source that answers for an object.
    func owner(of id: ObjectID, uid: String, but source: GitSource) -> NamespacedName? {
        sources(of: id).first { other in
            other.uid != source.uid && other.status.inventory.contains { ObjectID($0) == id && $0.uid == uid }
        }.map { NamespacedName($0) }
    }

    /// Returns false when the task was cancelled first.
    func waitForSources() async -> Bool {
        let isThere = await sources.waitUntilSynced()
        return await approvals.waitUntilSynced() && isThere
    }
}
