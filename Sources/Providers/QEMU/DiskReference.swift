internal import Crypto
internal import DiskImages

/// How disks are called in a machine.
enum DiskReference {
    static let rootSerial = "imm-root"
    static let seedSerial = "imm-seed"

    static func isDigest(_ image: String) -> Bool { DiskImage.isDigest(image) }

    /// The serial number of a volume's disk, and the end of its node's and device's names: 20 characters are what virtio has room
    /// for.
    static func serial(of volumeUID: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: Array(volumeUID.utf8)).prefix(10)
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func node(of volumeUID: String) -> String { "node-" + serial(of: volumeUID) }
    static func device(of volumeUID: String) -> String { "disk-" + serial(of: volumeUID) }
}
