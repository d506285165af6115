import Ambient
import Conformance
import ObjectStore
import ObjectStoreSQLite
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ConformanceTests {
    private var limits: StoreLimits {
        var limits = StoreLimits()
        limits.watchBuffer = 64
        limits.bookmarkVersions = 100
        return limits
    }

    @Test(arguments: ObjectStoreConformance.cases)
    func `the memory store keeps the contract`(_ test: ObjectStoreConformance.Case) async throws {
        try await test.run {
            let store = MemoryObjectStore(surroundings: .system, limits: limits)
            return ObjectStoreConformance.Fixture(
                store: store, time: SystemTime(), watchBuffer: 64, bookmarkVersions: 100,
                compact: { try await store.compact(through: $0) }, close: { store.close() })
        }
    }

    @Test(arguments: ObjectStoreConformance.cases)
    func `the SQLite store keeps the contract`(_ test: ObjectStoreConformance.Case) async throws {
        try await test.run {
            let directory = try TemporaryDirectory()
            let store = try SQLiteObjectStore(path: directory.database, surroundings: .system, limits: limits)
            return ObjectStoreConformance.Fixture(
                store: store, time: SystemTime(), watchBuffer: 64, bookmarkVersions: 100,
                compact: { try await store.compact(through: $0) },
                close: { [directory] in
                    try await store.close()
                    withExtendedLifetime(directory) {}
                })
        }
    }

    @Test func `the suite catches a store that loses a version`() async throws {
        let test = try #require(ObjectStoreConformance.cases.first { $0.name.contains("nothing twice") })
        await #expect(throws: ObjectStoreConformance.Failure.self) {
            try await test.run {
                let store = LossyStore(MemoryObjectStore(surroundings: .system))
                return ObjectStoreConformance.Fixture(
                    store: store, time: SystemTime(), deadline: .seconds(1), watchBuffer: 64, bookmarkVersions: 100,
                    compact: { _ in }, close: {})
            }
        }
    }
}

/// A store whose watches drop one event in ten.
private struct LossyStore: VersionedStore {
    let store: MemoryObjectStore

    init(_ store: MemoryObjectStore) { self.store = store }

    func get(_ key: ObjectKey) async throws(StoreError) -> StoredObject? { try await store.get(key) }
    func list(
        _ scope: StoreScope, limit: Int?, continuation: StoreContinuation?
    ) async throws(StoreError) -> StorePage {
        try await store.list(scope, limit: limit, continuation: continuation)
    }
    func commit(
        _ mutations: [StoreMutation], given conditions: [StoreCondition]
    ) async throws(StoreError) -> [StoredObject] {
        try await store.commit(mutations, given: conditions)
    }
    func currentVersion() async throws(StoreError) -> StoreVersion { try await store.currentVersion() }

    func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch {
        let watch = try await store.watch(scope, after: version)
        return StoreWatch(
            next: { () async throws(StoreError) in
                try await watch.next()?.filter { $0.version.value % 10 != 0 || $0.version.value > 170 }
            }, cancel: { watch.cancel() })
    }
}
