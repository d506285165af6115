import Ambient

extension StringFormat {
    /// Whether `text` follows the rule.
    public func matches(_ text: String) -> Bool {
        let bytes = text.utf8
        switch self {
        case .text: return true
        case .dns1123Label: return Syntax.isDNSLabel(bytes[...])
        case .dns1123Subdomain: return Syntax.isDNSSubdomain(bytes[...])
        case .portName: return Syntax.isPortName(bytes)
        case .labelKey: return Syntax.isLabelKey(bytes)
        case .labelValue: return bytes.isEmpty || Syntax.isQualifiedName(bytes[...])
        case .envName: return Syntax.isWord(bytes, first: Syntax.isLetterOrMark, rest: Syntax.isNameByte)
        case .cIdentifier:
            return Syntax.isWord(
                bytes, first: { Syntax.isLetter($0) || $0 == UInt8(ascii: "_") },
                rest: { Syntax.isAlphanumeric($0) || $0 == UInt8(ascii: "_") })
        case .secretKey:
            return text != "." && text != ".."
                && Syntax.isWord(bytes, first: Syntax.isNameByte, rest: Syntax.isNameByte)
        case .absolutePath: return text == "/" || Syntax.isPathBelowRoot(bytes[...])
        case .absolutePathBelowRoot: return Syntax.isPathBelowRoot(bytes[...])
        case .urlPath: return bytes.first == UInt8(ascii: "/") && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        case .imageReference: return ImageReference.isValid(text)
        case .user:
            let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return parts.count <= 2
                && parts.allSatisfy {
                    Syntax.isWord(
                        $0, first: { Syntax.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }, rest: Syntax.isNameByte)
                }
        case .networkName: return Syntax.isWord(bytes, first: Syntax.isAlphanumeric, rest: Syntax.isNameByte)
        case .percentage: return Syntax.isPercentage(bytes)
        case .octalMode: return FileMode.parse(text) != nil
        case .base64: return Base64.decode(text) != nil
        case .dateTime: return Timestamp(rfc3339: text) != nil
        case .engineURL:
            if text.hasPrefix("unix://") { return Syntax.isPathBelowRoot(bytes.dropFirst(7)) }
            return text.hasPrefix("tcp://") && Syntax.isHostAndPort(bytes.dropFirst(6))
        case .gitURL: return GitSyntax.isURL(text)
        case .gitRefName: return GitSyntax.isRefName(text)
        case .gitCommit: return GitSyntax.isCommit(bytes)
        case .relativePath: return GitSyntax.isRelativePath(bytes)
        }
    }
}

/// The checks behind the formats, over UTF-8.
enum Syntax {
    static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    /// `-`, `_` and `.`
    static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    static func isLetterOrMark(_ byte: UInt8) -> Bool { isLetter(byte) || isMark(byte) }
    static func isNameByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || isMark(byte) }

    static func isWord(
        _ bytes: some Collection<UInt8>, first: (UInt8) -> Bool, rest: (UInt8) -> Bool
    ) -> Bool {
        guard let start = bytes.first else { return false }
        return first(start) && bytes.dropFirst().allSatisfy(rest)
    }

    static func isDNSLabel(_ bytes: Substring.UTF8View) -> Bool {
        let isEdge: (UInt8) -> Bool = { isLower($0) || isDigit($0) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isEdge(first) && isEdge(last) && bytes.allSatisfy { isEdge($0) || $0 == UInt8(ascii: "-") }
    }

    static func isDNSSubdomain(_ bytes: Substring.UTF8View) -> Bool {
        bytes.count <= 253
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { isDNSLabel($0) }
    }

    static func isQualifiedName(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last) && bytes.allSatisfy(isNameByte)
    }

    static func isLabelKey(_ bytes: String.UTF8View) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isQualifiedName(parts[0])
        case 2: return isDNSSubdomain(parts[0]) && isQualifiedName(parts[1])
        default: return false
        }
    }

    static func isPortName(_ bytes: String.UTF8View) -> Bool {
        bytes.count <= 15 && bytes.contains(where: isLower)
            && bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { isLower($0) || isDigit($0) }
            }
    }

    static func isPathBelowRoot(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.first == UInt8(ascii: "/"), !bytes.contains(0) else { return false }
        return bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
        }
    }

    /// `name:1` to `name:99999`, and the same of an address, where one of IPv6 stands in brackets.
    static func isHostAndPort(_ bytes: Substring.UTF8View) -> Bool {
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return false }
        let (host, port) = (bytes[..<colon], bytes[bytes.index(after: colon)...])
        guard (1...5).contains(port.count), port.allSatisfy(isDigit) else { return false }
        guard host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") else {
            return isWord(host, first: isAlphanumeric, rest: isNameByte)
        }
        let address = host.dropFirst().dropLast()
        return !address.isEmpty
            && address.allSatisfy {
                isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20) || $0 == UInt8(ascii: ":")
                    || $0 == UInt8(ascii: ".")
            }
    }

    static func isPercentage(_ bytes: String.UTF8View) -> Bool {
        guard bytes.last == UInt8(ascii: "%") else { return false }
        let digits = bytes.dropLast()
        guard (1...3).contains(digits.count), digits.allSatisfy(isDigit) else { return false }
        if digits.count > 1, digits.first == UInt8(ascii: "0") { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 100
    }
}
