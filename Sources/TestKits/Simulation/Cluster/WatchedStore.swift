import Ambient
import ObjectStore

/// A store that shows each commit to the law checker, and counts what changed.
final class WatchedStore: VersionedStore {
    private let inner: any VersionedStore
    private let onCommit: @Sendable ([RecordChange]) -> Void
    private let known = Guarded([ObjectKey: StoredRecord]())
    private let changes = Guarded([ObjectKey: Int]())

    init(_ inner: any VersionedStore, onCommit: @escaping @Sendable ([RecordChange]) -> Void) {
        self.inner = inner
        self.onCommit = onCommit
    }

    /// Writes so far, by object.
    var writeCounts: [ObjectKey: Int] { changes.withLock { $0 } }

    func get(_ key: ObjectKey) async throws(StoreError) -> StoredObject? { try await inner.get(key) }

    func list(
        _ scope: StoreScope, limit: Int?, continuation: StoreContinuation?
    ) async throws(StoreError) -> StorePage {
        try await inner.list(scope, limit: limit, continuation: continuation)
    }

    func commit(
        _ mutations: [StoreMutation], given conditions: [StoreCondition]
    ) async throws(StoreError) -> [StoredObject] {
        let before = try await inner.currentVersion()
        let results = try await inner.commit(mutations, given: conditions)
        var records: [RecordChange] = []
        for (mutation, result) in zip(mutations, results) where result.version > before {
            changes.withLock { $0[result.key, default: 0] += 1 }
            let isDeletion = if case .delete = mutation.change { true } else { false }
            let old = known.withLock { $0[result.key] }
            let new = isDeletion ? nil : StoredRecord(result)
            known.withLock { $0[result.key] = new }
            if old != nil || new != nil { records.append(RecordChange(before: old, after: new)) }
        }
        if !records.isEmpty { onCommit(records) }
        return results
    }

    func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch {
        try await inner.watch(scope, after: version)
    }

    func currentVersion() async throws(StoreError) -> StoreVersion { try await inner.currentVersion() }
}
