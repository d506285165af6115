import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI

/// The objects of the kinds that repositories hold, as summaries that a watch keeps current.
///
/// The watch is the controller's own and tells only when to look, and how healthy an object is; what is read of an object and
/// written to it goes through the source's identity.
final class ObjectMirror: Sendable {
    typealias Change = @Sendable (_ old: ObjectSummary?, _ new: ObjectSummary?) -> Void

    /// The cache of one kind, whatever the kind.
    private struct Shelf: Sendable {
        let get: @Sendable (NamespacedName) -> ObjectSummary?
        /// nil for what cannot be read; the reflector passes that over too.
        let read: @Sendable (JSONValue) -> ObjectSummary?
        let absorb: @Sendable (_ json: JSONValue, _ isGone: Bool) -> Void
        let forget: @Sendable (NamespacedName) -> Void
        let onChange: @Sendable (@escaping Change) -> Void
        let reflect: @Sendable (any ResourceClient, Surroundings, Logger) async -> Void
        let waitUntilSynced: @Sendable () async -> Bool

        init<Kind: APIObject>(_: Kind.Type) {
            let cache = ResourceCache<Watched<Kind>>()
            get = { cache.get($0)?.summary }
            read = { json in (try? Watched<Kind>(json: json))?.summary }
            forget = { key in if let object = cache.get(key) { cache.absorb(deleted: object) } }
            absorb = { json, isGone in
                guard let object = try? Watched<Kind>(json: json) else { return }
                if isGone { cache.absorb(deleted: object) } else { cache.absorb(written: object) }
            }
            onChange = { handler in cache.onChange { handler($0.old?.summary, $0.new?.summary) } }
            reflect = { client, surroundings, logger in
                await Reflector(client, into: cache, surroundings, logger: logger).run()
            }
            waitUntilSynced = { await cache.waitUntilSynced() }
        }
    }

    /// The kinds that a repository may hold: what users write, but for requests (a PruneApproval, a VolumeForceDetach, a SlotSnapshot), which a
    /// sync must not repeat, and records (Events, Leases).
    private static let kinds: [any APIObject.Type] = [
        InstanceSet.self, Volume.self, ProviderObject.self, GitSource.self, RoleBinding.self, Namespace.self,
        Secret.self,
    ]
    static let types = kinds.map { $0.resourceType }

    private let shelves: [ResourceType: Shelf]

    init() {
        func shelf<Kind: APIObject>(_ kind: Kind.Type) -> Shelf { Shelf(kind) }
        shelves = Dictionary(
            ObjectMirror.kinds.map { ($0.resourceType, shelf($0)) }, uniquingKeysWith: { first, _ in first })
    }

    private func shelf(_ id: ObjectID) -> Shelf? {
        ResourceTypes.find(apiVersion: id.apiVersion, kind: id.kind).flatMap { shelves[$0] }
    }

    func get(_ id: ObjectID) -> ObjectSummary? {
        shelf(id)?.get(NamespacedName(namespace: id.namespace, name: id.name))
    }

    private func shelf(of json: JSONValue) -> Shelf? {
        guard let apiVersion = json["apiVersion"]?.stringValue, let kind = json["kind"]?.stringValue else { return nil }
        return ResourceTypes.find(apiVersion: apiVersion, kind: kind).flatMap { shelves[$0] }
    }

    func summary(of json: JSONValue) -> ObjectSummary? { shelf(of: json)?.read(json) }

    /// Takes in what a call of ours answered, so that nothing is decided on an older state.
    func absorb(_ json: JSONValue, isGone: Bool = false) { shelf(of: json)?.absorb(json, isGone) }

    /// Takes in that there is no such object.
    func forget(_ id: ObjectID) { shelf(id)?.forget(NamespacedName(namespace: id.namespace, name: id.name)) }

    func onChange(_ handler: @escaping Change) {
        for type in ObjectMirror.types { shelves[type]?.onChange(handler) }
    }

    func run(_ client: any ResourceClient, _ surroundings: Surroundings, _ logger: Logger) async {
        await withDiscardingTaskGroup { group in
            for type in ObjectMirror.types {
                guard let shelf = shelves[type] else { continue }
                group.addTask { await shelf.reflect(client, surroundings, logger) }
            }
        }
    }

    /// Returns false when the task was cancelled first.
    func waitUntilSynced() async -> Bool {
        for type in ObjectMirror.types {
            guard await shelves[type]?.waitUntilSynced() ?? true else { return false }
        }
        return true
    }
}
