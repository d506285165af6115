import Ambient
import FoundationEssentials
import GRDB
import ObjectStore

/// Makes batches of commits durable and then visible, in that order. One at a time calls it: ``CommitQueue`` sees to
/// that.
final class StoreWriter: Sendable {
    /// Where the writing stands; on disk too, but for the time.
    struct Progress {
        var reservation: VersionReservation
        /// Of the newest state.
        var ordinal: Int
        /// Of the newest state when pruning was last tried.
        var prunedOrdinal: Int
        var prunedAt: Duration
    }

    private let connection: StoreConnection
    private let live: LiveStore
    private let surroundings: Surroundings
    private let limits: StoreLimits
    private let progress: Guarded<Progress>
    private let committed = Guarded(0)

    init(
        _ connection: StoreConnection, _ live: LiveStore, _ surroundings: Surroundings, _ limits: StoreLimits,
        _ progress: Progress
    ) {
        self.connection = connection
        self.live = live
        self.surroundings = surroundings
        self.limits = limits
        self.progress = Guarded(progress)
    }

    /// Writes all commits in one transaction; each holds or fails by its own preconditions, seeing the ones before it.
    ///
    /// When the transaction fails, all of them have failed, those with a conflict too: it may have been with one of the
    /// batch that does not exist now. Nothing has changed then, neither here nor on disk.
    func write(_ commits: [StoreCommit]) async -> [Result<[StoredObject], StoreError>] {
        do {
            var draft = StoreDraft(after: try live.currentVersion(), maximumObjectBytes: limits.maximumObjectBytes)
            let results = commits.map { commit in
                Result { () throws(StoreError) in try draft.stage(commit) { live.object($0) } }
            }
            if !draft.changes.isEmpty { try await persist(draft.changes) }
            let count = results.count { if case .success = $0 { true } else { false } }
            committed.withLock { $0 += count }
            return results
        } catch {
            return commits.map { _ in .failure(error) }
        }
    }

    /// Commits since the store was opened.
    var commitCount: Int { committed.withLock { $0 } }

    /// Forgets the history up to `version`.
    func compact(through version: StoreVersion) async throws(StoreError) {
        let end = min(version, try live.currentVersion())
        try await connection.write { db in
            let floor = try StoreSchema.floor(db)
            if end > floor { try StorePruning.prune(db, from: floor, through: end) }
        }
        live.trim(through: end)
    }

    private func persist(_ changes: [StoreChange]) async throws(StoreError) {
        guard let newest = changes.last?.version else { return }
        var next = progress.withLock { $0 }
        try next.reservation.extend(to: newest)
        progress.withLock { [reservation = next.reservation] in $0.reservation = reservation }

        let uptime = surroundings.time.uptime
        let now = surroundings.time.now
        let ordinal = next.ordinal
        let pruning: StorePruning? =
            if ordinal - next.prunedOrdinal >= StorePruning.interval || uptime - next.prunedAt >= .seconds(60) {
                StorePruning(
                    oldest: now - limits.retainedAge, firstOrdinal: ordinal + changes.count - limits.retainedVersions)
            } else {
                nil
            }
        let floor = try await connection.write { db in
            // Room is made before it is needed.
            let floor = try pruning?.run(db)
            try StoreWriter.insert(db, changes, after: ordinal, at: now)
            return floor
        }
        if pruning != nil { (next.prunedOrdinal, next.prunedAt) = (ordinal, uptime) }
        next.ordinal = ordinal + changes.count
        progress.withLock { [next] in $0 = next }
        live.publish(changes)
        if let floor { live.trim(through: floor) }
    }

    private static func insert(
        _ db: Database, _ changes: [StoreChange], after ordinal: Int, at now: Timestamp
    ) throws {
        let state = try db.cachedStatement(sql: "INSERT INTO states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let put = try db.cachedStatement(
            sql: "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version")
        let delete = try db.cachedStatement(
            sql: "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?")
        for (index, change) in changes.enumerated() {
            let key = change.key
            let version = Int64(change.version.value)
            let kind = change.isDeletion ? StoreSchema.Kind.deletion : .put
            try state.execute(arguments: [
                version, ordinal + index + 1, now.microsecondsSinceEpoch, kind.rawValue,
                change.previous.map { Int64($0.version.value) }, key.resource, key.namespace, key.name,
                Data(change.object.encoded),
            ])
            if change.isDeletion {
                try delete.execute(arguments: [key.resource, key.namespace, key.name])
            } else {
                try put.execute(arguments: [key.resource, key.namespace, key.name, version])
            }
        }
    }
}
