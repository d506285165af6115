import ObjectStore

/// The file beside the database that says up to which version the store may have issued any.
///
/// Versions are never used twice, not even after a restore. The database cannot promise that: a restored one has
/// forgotten what it issued since its backup. So versions are reserved in blocks in a file that no backup holds, on
/// disk before the first of the block is issued; and a store that is opened continues above the newest version in its
/// database, above its reservation, and above the microseconds since 1970. The last covers what the reservation
/// cannot (a backup restored on another machine or with the whole directory, a file system rolled back): no store
/// issues a million versions a second for long, so the clock at the restore is ahead of every version that was ever
/// issued.
struct VersionReservation {
    static let block: UInt64 = 1 << 20

    private let path: String
    /// Versions up to here may be issued.
    private(set) var end: StoreVersion

    /// Reads the reservation; 0 when there is none yet.
    init(_ path: String) throws(StoreError) {
        self.path = path
        guard let bytes = try PrivateFile.read(path) else {
            end = StoreVersion(0)
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasSuffix("\n"), let version = StoreVersion(String(text.dropLast())) else {
            throw StoreError(
                .storage, "\(path) does not hold a version: remove it, and the store continues by the clock")
        }
        end = version
    }

    /// Makes sure that versions up to `version` are reserved.
    mutating func extend(to version: StoreVersion) throws(StoreError) {
        guard version > end else { return }
        let next = StoreVersion(version.value + VersionReservation.block)
        try PrivateFile.replace(path, with: Array("\(next)\n".utf8))
        end = next
    }
}
