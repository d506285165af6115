import Ambient
public import InfraAPI

/// One change of a cached object; at least one of `old` and `new` is there.
public struct CacheChange<T: APIObject>: Sendable {
    /// nil: the object is new in the cache.
    public let old: T?
    /// nil: the object is gone.
    public let new: T?
    /// The change came in through `absorb`, from a write of this process.
    public let isOwnWrite: Bool

    /// The object as it is, or as it last was.
    public var object: T {
        guard let object = new ?? old else { preconditionFailure("a change of nothing") }
        return object
    }
}

/// The objects of one kind in memory, as a `Reflector` keeps them: decoded once, found by name or index.
///
/// States only get newer: a controller that hands in what it wrote (`absorb`) never reads an older state afterwards.
/// Lists are in the order of namespace and name.
public final class ResourceCache<T: APIObject>: Sendable {
    private let state: Guarded<CacheState<T>>
    private let handlers = Guarded([@Sendable (CacheChange<T>) -> Void]())
    private let synced = Latch()
    /// Namespaces that have not been listed yet; nil: there is one list, of everything.
    private let missing = Guarded<Set<String>?>(nil)

    public init(indexes: [CacheIndex<T>] = []) {
        state = Guarded(CacheState(indexes: indexes))
    }

    /// Says that the cache is filled from these namespaces, each with a list and a watch of its own. To be called before.
    public func expect(namespaces: [String]) { missing.withLock { $0 = Set(namespaces) } }

    /// Whether the first list is contained.
    public var hasSynced: Bool { synced.isOpen }

    /// Returns false when the task was cancelled first.
    public func waitUntilSynced() async -> Bool { await synced.wait() }

    public var count: Int { state.withLock { $0.count } }

    /// The version up to which everything is contained; 0 before the first list.
    public var version: UInt64 { version(of: "") }

    /// As `version`, of one namespace where the cache is filled from several.
    func version(of namespace: String) -> UInt64 { state.withLock { $0.version(of: namespace) } }

    public func get(_ key: NamespacedName) -> T? { state.withLock { $0.get(key) } }

    public func list(in namespace: String? = nil) -> [T] { state.withLock { $0.list(in: namespace) } }

    /// The objects that stand under `value` in an index.
    ///
    /// - Precondition: the cache was made with an index of that name.
    public func list(index name: String, value: String) -> [T] {
        guard let objects = state.withLock({ $0.list(index: name, value: value) }) else {
            preconditionFailure("the cache of \(T.self) has no index \(name)")
        }
        return objects
    }

    /// Calls `handler` for each change from now on, on the task that brought the change: it enqueues a key and returns.
    public func onChange(_ handler: @escaping @Sendable (CacheChange<T>) -> Void) {
        handlers.withLock { $0.append(handler) }
    }

    /// Calls nobody any more. Handlers hold who reads the cache, who holds the cache: without this neither would ever go.
    public func removeHandlers() { handlers.withLock { $0 = [] } }

    /// Takes in the result of a write of our own, so that the next read is not older than it. An object that was being
    /// deleted and has no finalizers left is gone.
    public func absorb(written object: T) {
        guard let version = object.storedVersion else { return }
        let isGone = object.isBeingDeleted && object.metadata.finalizers.isEmpty
        tell(
            state.withLock { state -> CacheChange<T>? in
                isGone
                    ? state.remove(NamespacedName(object), version: version, isOwnWrite: true)
                    : state.put(object, version: version, isOwnWrite: true)
            })
    }

    /// Takes in that an object is gone: what `delete` returned, when nothing held it back, or the last state that was
    /// known, when the server answered 404.
    public func absorb(deleted object: T) {
        guard let version = object.storedVersion else { return }
        tell(state.withLock { $0.remove(NamespacedName(object), version: version, isOwnWrite: true) })
    }

    /// - Parameter scope: the namespace that was listed; empty: all of them.
    func replace(_ items: [(object: T, version: UInt64)], version: UInt64, in scope: String = "") {
        let changes = state.withLock { $0.replace(items, version: version, in: scope) }
        for change in changes { tell(change) }
        let isComplete = missing.withLock { missing in
            missing?.remove(scope)
            return missing?.isEmpty ?? true
        }
        if isComplete { synced.open() }
    }

    func apply(put object: T, version: UInt64, in scope: String = "") {
        tell(
            state.withLock { state in
                let change = state.put(object, version: version, isOwnWrite: false)
                state.advance(to: version, in: scope)
                return change
            })
    }

    func apply(deleted object: T, version: UInt64, in scope: String = "") {
        tell(
            state.withLock { state in
                let change = state.remove(NamespacedName(object), version: version, isOwnWrite: false)
                state.advance(to: version, in: scope)
                return change
            })
    }

    func advance(to version: UInt64, in scope: String = "") { state.withLock { $0.advance(to: version, in: scope) } }

    private func tell(_ change: CacheChange<T>?) {
        guard let change else { return }
        for handler in handlers.withLock({ $0 }) { handler(change) }
    }
}

extension APIObject {
    /// The store version as a number; nil before the object is stored.
    var storedVersion: UInt64? { UInt64(metadata.resourceVersion) }
}
