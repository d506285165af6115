import FoundationEssentials
import GRDB
import JSON
import ObjectStore

// Rows of the database as objects.
extension StoredObject {
    /// The object in `row`, whose bytes are checked: the tree is made when it is needed, and then it must parse.
    init(_ row: Row, key: ObjectKey, version: String, body: String) throws {
        let version: Int64 = row[version]
        let encoded = try row.withUnsafeData(named: body) { data in [UInt8](data ?? Data()) }
        do {
            _ = try JSONValue(parsing: encoded)
        } catch {
            throw StoreError(
                .storage,
                "the database is damaged: \(key) at version \(version) is not JSON (\(error)); restore a backup")
        }
        self.init(key: key, version: StoreVersion(UInt64(version)), encoded: encoded)
    }
}

/// One string for each resource and namespace, so that a thousand keys do not hold a thousand copies.
struct StringInterner {
    private var known: [String: String] = [:]

    mutating func intern(_ text: String) -> String {
        if let same = known[text] { return same }
        known[text] = text
        return text
    }

    mutating func key(_ row: Row) -> ObjectKey {
        ObjectKey(resource: intern(row["resource"]), namespace: intern(row["namespace"]), name: row["name"])
    }
}
