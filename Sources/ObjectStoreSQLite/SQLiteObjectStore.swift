public import Ambient
import GRDB
public import ObjectStore

/// A store in one SQLite database, owned by one process.
///
/// Reads are answered from memory, which holds all objects and the newest changes; older history is read from disk. A
/// commit is on disk (WAL, `synchronous=FULL`) before anybody sees it; concurrent commits share a transaction. When
/// the disk fails or is full, commits fail with `.storage` and change nothing, and reads go on.
///
/// Files, all of mode 0600: the database with `-wal` and `-shm`, `store.lock` (who owns it) and `store.version` (which
/// versions may have been issued; not part of a backup, see ``VersionReservation``) beside it.
public final class SQLiteObjectStore: VersionedStore {
    private let lock: StoreLock
    private let connection: StoreConnection
    private let live: LiveStore
    private let writer: StoreWriter
    private let queue: CommitQueue

    /// Opens the store, made if missing (its directory too, for the owner alone).
    ///
    /// - Parameters:
    ///   - path: of the database.
    ///   - maximumBytes: the database refuses to grow beyond; nil: as far as the disk goes.
    /// - Throws: `.locked` when a process owns it; `.storage` when it cannot be read.
    public init(
        path: String, surroundings: Surroundings, limits: StoreLimits = StoreLimits(), maximumBytes: Int? = nil
    ) throws(StoreError) {
        let directory = PrivateFile.parent(of: path)
        try PrivateFile.makeDirectory(directory)
        lock = try StoreLock(directory + "/store.lock")
        var reservation = try VersionReservation(directory + "/store.version")
        connection = try StoreConnection(path, maximumBytes: maximumBytes)

        let now = surroundings.time.now
        let newest = try connection.prepare { try StoreOpening.newest($0) }
        let start = StoreOpening.start(after: newest.version, reservation.end, now)
        try reservation.extend(to: start)
        let objects = try connection.prepare { db in
            try StoreOpening.mark(db, start, ordinal: newest.ordinal, at: now)
            return try StoreOpening.objects(db)
        }

        var window = limits
        window.retainedVersions = min(limits.retainedVersions, limits.watchBuffer)
        live = LiveStore(
            StoreState(objects: objects, current: start), limits: window, time: surroundings.time,
            archive: SQLiteArchive(connection: connection))
        let progress = StoreWriter.Progress(
            reservation: reservation, ordinal: newest.ordinal, prunedOrdinal: newest.ordinal,
            prunedAt: surroundings.time.uptime)
        let writer = StoreWriter(connection, live, surroundings, limits, progress)
        self.writer = writer
        queue = CommitQueue { await writer.write($0) }
    }

    public func get(_ key: ObjectKey) async throws(StoreError) -> StoredObject? { try live.get(key) }

    public func list(
        _ scope: StoreScope, limit: Int?, continuation: StoreContinuation?
    ) async throws(StoreError) -> StorePage {
        try await live.list(scope, limit: limit, continuation: continuation)
    }

    /// See ``VersionedStore``. A cancelled task's commit is completed all the same.
    public func commit(
        _ mutations: [StoreMutation], given conditions: [StoreCondition]
    ) async throws(StoreError) -> [StoredObject] {
        try await queue.commit(StoreCommit(mutations, given: conditions)).get()
    }

    public func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch {
        try await live.watch(scope, after: version)
    }

    public func currentVersion() async throws(StoreError) -> StoreVersion { try live.currentVersion() }

    /// As ``currentVersion()``, for those who cannot wait.
    public var newestVersion: StoreVersion {
        get throws(StoreError) { try live.currentVersion() }
    }

    /// Commits since it was opened, those of others' transactions counted one by one.
    public var commitCount: Int { writer.commitCount }

    /// Forgets the history up to `version`, in memory and on disk.
    public func compact(through version: StoreVersion) async throws(StoreError) {
        try await writer.compact(through: version)
    }

    /// Gives back memory that can be made again, the database's caches and the parsed trees of objects: who reads next pays
    /// for it. For a quiet moment, time and again.
    public func releaseMemory() {
        live.releaseMemory()
        connection.releaseMemory()
    }

    /// Lets the commit that is being written finish, ends all watches and gives the store free. Everything else fails
    /// with `.closed` from now on.
    public func close() async throws(StoreError) {
        await queue.close()
        live.close()
        try connection.close()
        lock.release()
    }

    /// What SQLite says of one of its settings.
    package func setting(_ name: String) throws(StoreError) -> String? {
        try connection.prepare { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    /// Watches that exist, and those of them that wait.
    package var watchCounts: (all: Int, waiting: Int) { live.watchCounts }
}
