/// The parts of an image reference: `[registry/]repository[:tag][@digest]`, or an image ID (`sha256:…`).
public struct ImageReference: Sendable, Hashable {
    /// Registry and repository as written; empty for an image ID.
    public let repository: String
    public let tag: String?
    /// `algorithm:hex`; of an image ID the ID itself.
    public let digest: String?

    /// Reads a reference by the grammar of the OCI distribution's reference package; nil when it does not follow it.
    public init?(_ text: String) {
        if text.hasPrefix("sha256:"), text.utf8.count == 71 {
            guard ImageReference.isDigest(text.utf8[...]) else { return nil }
            (repository, tag, digest) = ("", nil, text)
            return
        }
        var name = text.utf8[...]
        var digest: String?
        if let at = name.firstIndex(of: UInt8(ascii: "@")) {
            let found = name[name.index(after: at)...]
            guard ImageReference.isDigest(found) else { return nil }
            digest = String(decoding: found, as: UTF8.self)
            name = name[..<at]
        }
        var tag: String?
        if let colon = name.lastIndex(of: UInt8(ascii: ":")), !name[colon...].contains(UInt8(ascii: "/")) {
            let found = name[name.index(after: colon)...]
            guard ImageReference.isTag(found) else { return nil }
            tag = String(decoding: found, as: UTF8.self)
            name = name[..<colon]
        }
        guard ImageReference.isRepository(name) else { return nil }
        self.repository = String(decoding: name, as: UTF8.self)
        self.tag = tag
        self.digest = digest
    }

    static func isValid(_ text: String) -> Bool { ImageReference(text) != nil }

    private typealias Bytes = Substring.UTF8View

    private static func isRepository(_ name: Bytes) -> Bool {
        guard !name.isEmpty, name.count <= 255 else { return false }
        var parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.count > 1, isRegistry(parts[0]) { parts.removeFirst() }
        return parts.allSatisfy(isPathComponent)
    }

    /// The first part is a registry when it could be no part of a path: it has a dot, a port or an upper case letter,
    /// or is `localhost`.
    private static func isRegistry(_ part: Bytes) -> Bool {
        let pieces = part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let host = pieces.first, pieces.count <= 2 else { return false }
        let hasPort = pieces.count == 2
        if hasPort, pieces[1].isEmpty || !pieces[1].allSatisfy(isDigit) { return false }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isHost = labels.allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
        let isMeant =
            hasPort || labels.count > 1 || host.contains(where: isUpper) || host.elementsEqual("localhost".utf8)
        return isHost && isMeant
    }

    /// Lower case letters and digits, with one of `.`, `_`, `__` or dashes between.
    private static func isPathComponent(_ part: Bytes) -> Bool {
        guard let first = part.first, let last = part.last, isLowerOrDigit(first), isLowerOrDigit(last) else {
            return false
        }
        let separators = part.split(omittingEmptySubsequences: true, whereSeparator: isLowerOrDigit)
        return separators.allSatisfy { separator in
            separator.elementsEqual(".".utf8) || separator.elementsEqual("_".utf8) || separator.elementsEqual("__".utf8)
                || separator.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }

    private static func isTag(_ tag: Bytes) -> Bool {
        guard let first = tag.first, tag.count <= 128, isAlphanumeric(first) || first == UInt8(ascii: "_") else {
            return false
        }
        return tag.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }

    private static func isDigest(_ digest: Bytes) -> Bool {
        let parts = digest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(isLowerOrDigit) else { return false }
        let needed = parts[0].elementsEqual("sha256".utf8) ? 64...64 : 32...128
        return needed.contains(parts[1].count) && parts[1].allSatisfy(isHexadecimal)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isDigit(byte)
    }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLowerOrDigit(byte) || isUpper(byte) }
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) || isDigit(byte)
    }
}
