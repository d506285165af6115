import GRDB
import ObjectStore

/// The history on disk, for watches and lists from before what is kept in memory.
struct SQLiteArchive: StoreArchive {
    let connection: StoreConnection

    func check(_ version: StoreVersion) async throws(StoreError) {
        try await connection.read { db in
            let floor = try StoreSchema.floor(db)
            if version == floor { return }
            // A version without a state was never issued here: it is of another life of a store that was restored.
            let isIssued = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM states WHERE version = ?)", arguments: [Int64(version.value)])
            if version < floor || isIssued != true { throw StoreError.compacted(version, oldest: floor) }
        }
    }

    func changes(
        in scope: StoreScope, after version: StoreVersion, through end: StoreVersion, limit: Int
    ) async throws(StoreError) -> (changes: [StoreChange], reached: StoreVersion) {
        try await connection.read { db in
            // Checked in the snapshot that is read, so that pruning takes nothing away in between.
            let floor = try StoreSchema.floor(db)
            if version < floor { throw StoreError.compacted(version, oldest: floor) }
            return try SQLiteArchive.read(db, scope, after: version, through: end, limit: limit)
        }
    }

    private static func read(
        _ db: Database, _ scope: StoreScope, after version: StoreVersion, through end: StoreVersion, limit: Int
    ) throws -> (changes: [StoreChange], reached: StoreVersion) {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT s.version, s.kind, s.resource, s.namespace, s.name, s.body,
                    p.version AS previousVersion, p.body AS previousBody
                FROM states s LEFT JOIN states p ON p.version = s.previous
                WHERE s.version > ? AND s.version <= ? AND s.resource = ? AND (? IS NULL OR s.namespace = ?)
                ORDER BY s.version
                """,
            arguments: [
                Int64(version.value), Int64(end.value), scope.resource, scope.namespace, scope.namespace,
            ])
        var strings = StringInterner()
        var changes: [StoreChange] = []
        while let row = try rows.next() {
            let key = strings.key(row)
            let object = try StoredObject(row, key: key, version: "version", body: "body")
            let hasPrevious = (row["previousVersion"] as Int64?) != nil
            let previous =
                hasPrevious ? try StoredObject(row, key: key, version: "previousVersion", body: "previousBody") : nil
            let isDeletion = row["kind"] == StoreSchema.Kind.deletion.rawValue
            changes.append(StoreChange(object: object, previous: previous, isDeletion: isDeletion))
            if changes.count >= limit { return (changes, object.version) }
        }
        return (changes, end)
    }
}
