public import Ambient

/// A store that keeps everything in memory and loses it with the process: for tests and for the simulator.
///
/// Nothing in it waits but ``StoreWatch/next()``, and all order is the order of calls, so that a run on a deterministic
/// executor is repeatable.
public final class MemoryObjectStore: VersionedStore {
    private let live: LiveStore

    /// Starts at version 0, which stands for "before everything".
    public init(surroundings: Surroundings, limits: StoreLimits = StoreLimits()) {
        live = LiveStore(StoreState(), limits: limits, time: surroundings.time)
    }

    public func get(_ key: ObjectKey) async throws(StoreError) -> StoredObject? { try live.get(key) }

    public func list(
        _ scope: StoreScope, limit: Int?, continuation: StoreContinuation?
    ) async throws(StoreError) -> StorePage {
        try await live.list(scope, limit: limit, continuation: continuation)
    }

    public func commit(
        _ mutations: [StoreMutation], given conditions: [StoreCondition]
    ) async throws(StoreError) -> [StoredObject] {
        try live.commit(StoreCommit(mutations, given: conditions))
    }

    public func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch {
        try await live.watch(scope, after: version)
    }

    public func currentVersion() async throws(StoreError) -> StoreVersion { try live.currentVersion() }

    /// Forgets the history up to `version`.
    public func compact(through version: StoreVersion) async throws(StoreError) { live.trim(through: version) }

    /// Ends all watches; everything else fails with `.closed` from now on.
    public func close() { live.close() }

    /// Watches that exist, and those of them that wait.
    package var watchCounts: (all: Int, waiting: Int) { live.watchCounts }
}
