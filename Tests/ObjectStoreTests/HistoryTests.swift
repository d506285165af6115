import Ambient
import JSON
import ObjectStore
import ObjectStoreSQLite
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HistoryTests {
    private let directory: TemporaryDirectory
    private let time = ManualTime()

    init() throws { directory = try TemporaryDirectory() }

    private func open(_ change: (inout StoreLimits) -> Void = { _ in }) throws -> SQLiteObjectStore {
        var limits = StoreLimits()
        change(&limits)
        return try SQLiteObjectStore(path: directory.database, surroundings: time.surroundings, limits: limits)
    }

    @Test func `a watch resumes from before a restart with the previous states`() async throws {
        var store = try open()
        let first = try await store.put("a", 1)
        let second = try await store.put("a", 2)
        let third = try await store.commit([StoreMutation(key("a"), .delete, if: .present)])[0]
        try await store.close()
        store = try open()
        let fourth = try await store.put("a", 4)

        let watch = try await store.watch(scope, after: first.version)
        var events: [StoreEvent] = []
        while events.count < 3, let batch = try await watch.next() { events += batch }
        #expect(events.map(\.version) == [second.version, third.version, fourth.version])
        guard case .put(let changed, let previous) = events[0], case .deleted(let deleted) = events[1],
            case .put(_, nil) = events[2]
        else { throw Missing(what: "a put, a deletion and a creation") }
        #expect(changed.encoded == second.encoded)
        #expect(previous?.encoded == first.encoded)
        #expect(deleted.encoded == third.encoded)
        try await store.close()
    }

    @Test func `the version of an opened store can be watched from after the next restart`() async throws {
        var store = try open()
        let listed = try await store.list(scope, limit: nil, continuation: nil).version
        try await store.close()
        store = try open()
        let put = try await store.put("a", 1)
        let watch = try await store.watch(scope, after: listed)
        #expect(try await watch.versions(1) == [put.version.value])
        try await store.close()
    }

    @Test func `watches and pages reach beyond what is kept in memory`() async throws {
        let store = try open { $0.watchBuffer = 10 }
        let start = try await store.currentVersion()
        for name in ["a", "b", "c", "d"] { try await store.put(name, 0) }
        let page = try await store.list(scope, limit: 1, continuation: nil)
        for value in 1...100 { try await store.put("bcde".map(String.init)[value % 4], value) }
        _ = try await store.commit([StoreMutation(key("c"), .delete, if: .present)])

        let rest = try await store.list(scope, limit: nil, continuation: page.continuation)
        #expect(rest.version == page.version)
        #expect(rest.objects.map(\.key.name) == ["b", "c", "d"])
        #expect(rest.objects.map(\.value) == [0, 0, 0])
        let watch = try await store.watch(scope, after: start)
        #expect(try await watch.versions(105) == (1...105).map { start.value + $0 })
        try await store.close()
    }

    @Test func `history goes by age, also from disk, and present objects stay`() async throws {
        var store = try open()
        let old = try await store.put("old", 1)
        for value in 0..<20 { try await store.put("a", value) }
        time.advance(by: .seconds(599))
        let young = try await store.put("a", 100)
        try await store.watch(scope, after: old.version).cancel()
        time.advance(by: .seconds(61))
        // Pruning comes with a commit, here because a minute has passed.
        let next = try await store.put("a", 101)
        try await expectCompacted(store, old.version)
        let watch = try await store.watch(scope, after: young.version)
        #expect(try await watch.versions(1) == [next.version.value])
        try await store.close()

        store = try open()
        try await expectCompacted(store, old.version)
        #expect(try await store.value("old") == 1)
        #expect(try await store.value("a") == 101)
        #expect(try await store.watch(scope, after: young.version).versions(1) == [next.version.value])
        try await store.close()
    }

    @Test func `history goes by number, and the database stops growing`() async throws {
        let store = try open {
            $0.retainedVersions = 2_000
            $0.watchBuffer = 100
        }
        func rewrite() async throws {
            for round in 0..<60 {
                let body = (0..<100).map {
                    StoreMutation(key("o\($0)"), .put(["value": .int(Int64(round))]), if: .none)
                }
                _ = try await store.commit(body)
            }
        }
        try await rewrite()
        _ = try await store.commit([StoreMutation(key("gone"), .put([:]), if: .absent)])
        _ = try await store.commit([StoreMutation(key("gone"), .delete, if: .present)])
        let pages = try await pageCount(store)
        let early = try await store.currentVersion()
        for _ in 0..<4 { try await rewrite() }
        #expect(try await pageCount(store) < pages * 2)
        try await expectCompacted(store, early)
        let retained = StoreVersion(try await store.currentVersion().value - 2_000)
        #expect(try await store.watch(scope, after: retained).versions(2_000).count == 2_000)
        try await store.close()
    }

    @Test func `a full database refuses commits, changes nothing and serves reads`() async throws {
        let store = try SQLiteObjectStore(
            path: directory.database, surroundings: time.surroundings, maximumBytes: 512 << 10)
        let watch = try await store.watch(scope, after: store.currentVersion())
        var count = 0
        let error = await #expect(throws: StoreError.self) {
            while count < 10_000 {
                let pair = ["left", "right"].map {
                    StoreMutation(
                        key("\($0)\(count)"), .put(["filler": .string(String(repeating: "x", count: 1_500))]),
                        if: .absent)
                }
                _ = try await store.commit(pair)
                count += 1
            }
        }
        #expect(error?.code == .storage)
        #expect(error?.message.contains("full") == true)
        let list = try await store.list(scope, limit: nil, continuation: nil)
        #expect(list.objects.count == count * 2)
        #expect(try await store.get(key("left\(count)")) == nil)
        #expect(try await watch.versions(count * 2).last == list.version.value)
        try await store.close()

        // With more room it goes on where it stood.
        let larger = try open()
        #expect(
            try await larger.list(scope, limit: nil, continuation: nil).objects.map(\.version)
                == list.objects.map(\.version))
        try await larger.put("more", 1)
        try await larger.close()
    }

    private func pageCount(_ store: SQLiteObjectStore) async throws -> Int {
        try #require(try store.setting("page_count").flatMap { Int($0) })
    }

    private func expectCompacted(_ store: some VersionedStore, _ version: StoreVersion) async throws {
        let error = await #expect(throws: StoreError.self) { _ = try await store.watch(scope, after: version) }
        guard case .compacted(let oldest) = error?.code else {
            Issue.record("expected compacted, got \(String(describing: error))")
            return
        }
        #expect(oldest > version)
    }
}
