internal import JSON

/// The forms of a string in a YAML text.
enum YAMLScalar {
    /// In bytes; libyaml takes simple keys of up to 1024 characters.
    static let longestSimpleKey = 1000

    /// The string on one line: plain where every reader takes it for this string, else in quotes.
    static func inline(_ string: String) -> String {
        if string.unicodeScalars.contains(where: mustBeEscaped) { return escaped(string) }
        guard hasPlainSyntax(string) else { return "'\(doubled(string))'" }
        return isOtherValue(string) ? escaped(string) : string
    }

    /// The header and lines of a literal block; nil when the string has one line or needs escapes.
    static func block(_ string: String) -> (header: String, lines: [Substring])? {
        guard string.utf8.contains(UInt8(ascii: "\n")),
            !string.unicodeScalars.contains(where: { $0 != "\n" && $0 != "\t" && mustBeEscaped($0) })
        else { return nil }
        var lines = string.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
        // The first line that is not empty tells a reader the indentation, so it must not begin with white space.
        guard let first = lines.first(where: { !$0.isEmpty })?.utf8.first, first != UInt8(ascii: " "),
            first != UInt8(ascii: "\t")
        else { return nil }
        guard lines.last?.isEmpty == true else { return ("|-", lines) }
        lines.removeLast()
        return (lines.last?.isEmpty == true ? "|+" : "|", lines)
    }

    /// Whether a plain scalar of this text is one to every parser, whatever it would mean.
    private static func hasPlainSyntax(_ string: String) -> Bool {
        let bytes = Array(string.utf8)
        guard let first = bytes.first, let last = bytes.last, first != UInt8(ascii: " "), last != UInt8(ascii: " "),
            last != UInt8(ascii: ":"), !"#,[]{}&*!|>'\"%@`".utf8.contains(first)
        else { return false }
        if "-?:".utf8.contains(first) {
            guard bytes.count > 1, bytes[1] != UInt8(ascii: " ") else { return false }
        }
        if string.hasPrefix("---") || string.hasPrefix("...") { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: ":"), next == UInt8(ascii: " ") { return false }
            if byte == UInt8(ascii: " "), next == UInt8(ascii: "#") { return false }
        }
        return true
    }

    /// Whether some reader would take the plain text for a number, a date or the like.
    private static func isOtherValue(_ string: String) -> Bool {
        if PlainScalar.resolve(string) != .string { return true }
        if string == "=" || string == "<<" { return true }
        let bytes = Array(string.utf8)
        guard let first = bytes.first, first < UInt8(ascii: ":") else { return false }
        return isSexagesimal(bytes) || isDate(bytes) || isUnderscoredNumber(bytes)
    }

    /// `190:20:30`, which YAML 1.1 has as a number.
    private static func isSexagesimal(_ bytes: [UInt8]) -> Bool {
        bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { isDigit($0) || "+-:._".utf8.contains($0) }
    }

    /// Begins as `2001-1-1`.
    private static func isDate(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes[4] == UInt8(ascii: "-") && bytes[..<4].allSatisfy(isDigit) && isDigit(bytes[5])
    }

    /// Digits, points and underscores in an order that only some readers take for a number.
    private static func isUnderscoredNumber(_ bytes: [UInt8]) -> Bool {
        bytes.contains(UInt8(ascii: "_")) && bytes.allSatisfy { isDigit($0) || "+-._eE".utf8.contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Controls, line ends of any kind, and what YAML does not allow unescaped.
    private static func mustBeEscaped(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: false
        case 0...0x1F, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func doubled(_ string: String) -> String {
        String(string.unicodeScalars.flatMap { $0 == "'" ? ["'", "'"] : [$0] }.map(Character.init))
    }

    private static func escaped(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where mustBeEscaped(scalar):
                let hex = String(scalar.value, radix: 16, uppercase: true)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
