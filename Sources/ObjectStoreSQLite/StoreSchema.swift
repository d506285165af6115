import GRDB
import ObjectStore

/// The tables, and how older ones become the present ones.
///
/// `states` holds every retained state of every object once, under its version; `objects` says which state is the
/// present one. The history is what is left of `states` above the floor in `meta`: nothing is written twice.
enum StoreSchema {
    /// What each version adds to the one before; the database's `user_version` says how many it has.
    static let migrations = [
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE states (
            version INTEGER PRIMARY KEY,
            ordinal INTEGER NOT NULL,   -- counts the states; versions jump when a store is opened
            at INTEGER NOT NULL,        -- microseconds since 1970
            kind INTEGER NOT NULL,      -- 0 put, 1 deletion, 2 the store was opened
            previous INTEGER,           -- version of the state before
            resource TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            body BLOB NOT NULL
        );
        CREATE TABLE objects (
            resource TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (resource, namespace, name)
        ) WITHOUT ROWID;
        """
    ]

    enum Kind: Int {
        case put = 0
        case deletion = 1
        case opening = 2
    }

    static func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else {
            throw StoreError(
                .storage,
                "the database has schema \(version), this program knows \(migrations.count): start a newer imm")
        }
        guard version < migrations.count else { return }
        try db.inTransaction(.immediate) {
            for migration in migrations[version...] { try db.execute(sql: migration) }
            try db.execute(sql: "PRAGMA user_version = \(migrations.count)")
            return .commit
        }
    }

    /// Changes up to this version are retained no longer.
    static func floor(_ db: Database) throws -> StoreVersion {
        StoreVersion(try UInt64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'floor'") ?? 0)
    }

    static func setFloor(_ db: Database, _ version: StoreVersion) throws {
        try db.execute(
            sql: "INSERT INTO meta VALUES ('floor', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            arguments: [Int64(version.value)])
    }
}
