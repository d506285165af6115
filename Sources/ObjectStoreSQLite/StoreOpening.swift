import Ambient
import GRDB
import ObjectStore

/// What is read and written when a store is opened.
enum StoreOpening {
    /// The newest version in the database and its ordinal; 0 in a new one.
    static func newest(_ db: Database) throws -> (version: StoreVersion, ordinal: Int) {
        let row = try Row.fetchOne(db, sql: "SELECT version, ordinal FROM states ORDER BY version DESC LIMIT 1")
        guard let row else { return (StoreVersion(0), 0) }
        let version: Int64 = row["version"]
        return (StoreVersion(UInt64(version)), row["ordinal"])
    }

    /// Where the versions continue; see ``VersionReservation``.
    static func start(after newest: StoreVersion, _ reserved: StoreVersion, _ now: Timestamp) -> StoreVersion {
        let clock = UInt64(clamping: now.microsecondsSinceEpoch)
        return StoreVersion(max(newest.value + 1, reserved.value + 1, clock))
    }

    /// Records the version with which the store was opened. It is issued with this: who lists before the first commit
    /// may watch from it, also after the next restart.
    static func mark(_ db: Database, _ start: StoreVersion, ordinal: Int, at now: Timestamp) throws {
        try db.inTransaction(.immediate) {
            // A new store has no history before its first version.
            try db.execute(
                sql: "INSERT INTO meta VALUES ('floor', ?) ON CONFLICT DO NOTHING", arguments: [Int64(start.value)])
            try db.execute(
                sql: "INSERT INTO states VALUES (?, ?, ?, ?, NULL, '', '', '', x'')",
                arguments: [
                    Int64(start.value), ordinal, now.microsecondsSinceEpoch, StoreSchema.Kind.opening.rawValue,
                ])
            return .commit
        }
    }

    /// All objects, in key order.
    static func objects(_ db: Database) throws -> [StoredObject] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT o.resource, o.namespace, o.name, o.version, s.body
                FROM objects o LEFT JOIN states s USING (version) ORDER BY o.resource, o.namespace, o.name
                """)
        var strings = StringInterner()
        var objects: [StoredObject] = []
        while let row = try rows.next() {
            objects.append(try StoredObject(row, key: strings.key(row), version: "version", body: "body"))
        }
        return objects
    }
}
