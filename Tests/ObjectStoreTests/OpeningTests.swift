import Ambient
import ObjectStore
import ObjectStoreSQLite
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OpeningTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open(_ surroundings: Surroundings = .system) throws -> SQLiteObjectStore {
        try SQLiteObjectStore(path: directory.database, surroundings: surroundings)
    }

    @Test func `commits are synced to disk`() async throws {
        let store = try open()
        try await store.put("a", 1)
        #expect(try store.setting("synchronous") == "2")
        #expect(try store.setting("journal_mode") == "wal")
        try await store.close()
    }

    @Test func `files are for their owner alone`() async throws {
        let store = try open()
        try await store.put("a", 1)
        #expect(try permissions(directory.path + "/data") == 0o700)
        #expect(directory.files == ["store.db", "store.db-shm", "store.db-wal", "store.lock", "store.version"])
        for file in directory.files { #expect(try permissions(directory.path + "/data/" + file) == 0o600) }
        try await store.close()
    }

    @Test func `objects and versions survive a restart`() async throws {
        var store = try open()
        let first = try await store.put("a", 1)
        let second = try await store.put("b", 2)
        _ = try await store.commit([StoreMutation(key("a"), .delete, if: .present)])
        try await store.close()

        store = try open()
        #expect(try await store.get(key("a")) == nil)
        #expect(try await store.get(key("b"))?.encoded == second.encoded)
        let third = try await store.put("b", 3)
        #expect(third.version > second.version && second.version > first.version)
        try await store.close()
    }

    @Test func `the second owner is refused and told who the first is`() async throws {
        let store = try open()
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process \(ownProcess)") == true)
        try await store.close()
        try await open().close()
    }

    @Test func `a closed store says so`() async throws {
        let store = try open()
        let watch = try await store.watch(scope, after: store.currentVersion())
        try await store.close()
        await #expect(throws: StoreError(.closed, "the store is closed")) { try await store.put("a", 1) }
        await #expect(throws: StoreError(.closed, "the store is closed")) { _ = try await store.get(key("a")) }
        #expect(try await watch.next() == nil)
    }

    @Test func `a file that is no database is refused`() async throws {
        try await open().close()
        try write(Array(repeating: 0x41, count: 8_192), to: directory.database)
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .storage)
        #expect(error?.message.contains(directory.database) == true)
    }

    @Test func `a reservation that is no number is refused with what to do`() async throws {
        try await open().close()
        try write(Array("12".utf8), to: directory.path + "/data/store.version")
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .storage)
        #expect(error?.message.contains("store.version does not hold a version: remove it") == true)
    }
}

/// What a backup holds is less than what was issued after it.
@Suite(.timeLimit(.minutes(1)))
struct RestoreTests {
    private let directory: TemporaryDirectory
    private let time = ManualTime()

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> SQLiteObjectStore {
        try SQLiteObjectStore(path: directory.database, surroundings: time.surroundings)
    }

    /// A store with one object, backed up, and written on: the version in the backup and the last one issued.
    private func backUpAndGoOn() async throws -> (backup: [UInt8], kept: StoreVersion, lost: StoreVersion) {
        var store = try open()
        let kept = try await store.put("a", 1).version
        try await store.close()
        let backup = try contents(directory.database)
        store = try open()
        var lost = kept
        for value in 0..<50 { lost = try await store.put("b", value).version }
        try await store.close()
        return (backup, kept, lost)
    }

    @Test func `a store restored in place continues above all it issued, whatever the clock says`() async throws {
        let (backup, kept, lost) = try await backUpAndGoOn()
        try write(backup, to: directory.database)
        let store = try open()
        #expect(try await store.get(key("b")) == nil)
        #expect(try await store.put("c", 1).version > lost)
        try await expectLostVersionIsCompacted(store, kept, lost)
        try await store.close()
    }

    @Test func `a store restored elsewhere continues above all it issued, by the clock`() async throws {
        let (backup, kept, lost) = try await backUpAndGoOn()
        // No side file, as on another machine. The new clock need only be ahead of the versions issued so far.
        let elsewhere = try TemporaryDirectory()
        time.advance(by: .seconds(60))
        try await SQLiteObjectStore(path: elsewhere.database, surroundings: time.surroundings).close()
        try write(backup, to: elsewhere.database)
        try write(Array("0\n".utf8), to: elsewhere.path + "/data/store.version")
        let store = try SQLiteObjectStore(path: elsewhere.database, surroundings: time.surroundings)
        #expect(try await store.put("c", 1).version > lost)
        try await expectLostVersionIsCompacted(store, kept, lost)
        try await store.close()
    }

    /// Who saw what the restored store has forgotten must list again; who did not may go on.
    private func expectLostVersionIsCompacted(
        _ store: SQLiteObjectStore, _ kept: StoreVersion, _ lost: StoreVersion
    ) async throws {
        let error = await #expect(throws: StoreError.self) { _ = try await store.watch(scope, after: lost) }
        guard case .compacted = error?.code else {
            Issue.record("expected compacted, got \(String(describing: error))")
            return
        }
        let watch = try await store.watch(scope, after: kept)
        #expect(try await watch.versions(1) == [store.currentVersion().value])
    }

    @Test func `each opening continues above the one before, though the clock stands still`() async throws {
        var last = StoreVersion(0)
        for _ in 0..<5 {
            let store = try open()
            let version = try await store.put("a", Int(last.value % 1_000)).version
            #expect(version > last)
            last = version
            try await store.close()
        }
    }
}
