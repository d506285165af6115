public import Ambient
internal import JSON

/// An image in the store. Its digest is that of the file's bytes.
public struct DiskImage: Sendable, Hashable {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case qcow2, raw
    }

    /// `sha256:` and 64 hexadecimal digits.
    public var digest: String
    public var format: Format
    /// Size of the file.
    public var fileBytes: Int
    /// Size of the disk that a machine sees.
    public var diskBytes: Int
    public var importedAt: Timestamp
    /// Whether imm's agent is in it; as whoever imported it said.
    public var hasAgent: Bool
    /// Names that stand for it, sorted: `demo:v1`.
    public var names: [String] = []

    init(digest: String, format: Format, fileBytes: Int, diskBytes: Int, importedAt: Timestamp, hasAgent: Bool) {
        (self.digest, self.format, self.fileBytes) = (digest, format, fileBytes)
        (self.diskBytes, self.importedAt, self.hasAgent) = (diskBytes, importedAt, hasAgent)
    }

    init?(json: JSONValue) {
        guard let digest = json["digest"]?.stringValue, DiskImage.isDigest(digest),
            let format = json["format"]?.stringValue.flatMap(Format.init),
            let fileBytes = json["fileBytes"]?.intValue, let diskBytes = json["diskBytes"]?.intValue,
            let importedAt = json["importedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            digest: digest, format: format, fileBytes: Int(fileBytes), diskBytes: Int(diskBytes),
            importedAt: importedAt, hasAgent: json["hasAgent"]?.boolValue ?? true)
    }

    var json: JSONValue {
        [
            "digest": .string(digest), "format": .string(format.rawValue), "fileBytes": .int(Int64(fileBytes)),
            "diskBytes": .int(Int64(diskBytes)), "importedAt": .string(importedAt.rfc3339Micro),
            "hasAgent": .bool(hasAgent),
        ]
    }

    public static func isDigest(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(7)
        return text.hasPrefix("sha256:") && digits.count == 64
            && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// `NAME` or `NAME:TAG`: lower-case letters, digits, `.`, `-` and `_`; a missing tag is `latest`.
public struct DiskImageName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 200, parts.allSatisfy(DiskImageName.isWord) else {
            return nil
        }
        description = parts.count == 2 ? text : text + ":latest"
    }

    private static func isWord(_ word: Substring) -> Bool {
        guard let first = word.utf8.first, isAlphanumeric(first) else { return false }
        return word.utf8.allSatisfy { isAlphanumeric($0) || [45, 46, 95].contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
}
