import Ambient
import GRDB
import ObjectStore

/// Forgets the oldest history, a bounded piece at a time. A state goes when a later one of its object is out of the
/// history too, and a deletion when it is itself; present objects stay for ever.
struct StorePruning {
    /// States between two attempts. Each takes up to ``piece``, so pruning outruns writing.
    static let interval = 1_000
    private static let piece = 2_500

    /// Changes from before this moment go …
    let oldest: Timestamp
    /// … and those before this one.
    let firstOrdinal: Int

    /// The new floor; nil when nothing was due.
    func run(_ db: Database) throws -> StoreVersion? {
        let floor = try StoreSchema.floor(db)
        let rows = try Row.fetchCursor(
            db, sql: "SELECT version, at, ordinal FROM states WHERE version > ? ORDER BY version LIMIT ?",
            arguments: [Int64(floor.value), StorePruning.piece])
        var end: Int64?
        while let row = try rows.next(), row["at"] < oldest.microsecondsSinceEpoch || row["ordinal"] < firstOrdinal {
            end = row["version"]
        }
        guard let end else { return nil }
        let version = StoreVersion(UInt64(end))
        try StorePruning.prune(db, from: floor, through: version)
        return version
    }

    static func prune(_ db: Database, from floor: StoreVersion, through end: StoreVersion) throws {
        let range: StatementArguments = [Int64(floor.value), Int64(end.value)]
        try db.execute(
            sql: """
                DELETE FROM states WHERE version IN
                    (SELECT previous FROM states WHERE version > ? AND version <= ? AND previous IS NOT NULL)
                """,
            arguments: range)
        try db.execute(sql: "DELETE FROM states WHERE version > ? AND version <= ? AND kind <> 0", arguments: range)
        try StoreSchema.setFloor(db, end)
    }
}
