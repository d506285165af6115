/// Text of others made fit for messages.
enum GitText {
    /// One line: control characters and runs of blanks are one blank, and it is cut at a length.
    static func line(_ text: some StringProtocol, limit: Int = GitLimits.messageCharacters) -> String {
        var line = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let isBlank = scalar.value <= 0x20 || (0x7F...0x9F).contains(scalar.value) || isUnseen(scalar)
            if isBlank, line.isEmpty || line.last == " " { continue }
            guard count < limit else { return line + "…" }
            line.unicodeScalars.append(isBlank ? " " : scalar)
            count += 1
        }
        if line.last == " " { line.removeLast() }
        return line
    }

    /// Characters that turn the direction of text, or that nobody sees.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }

    /// What git wrote to standard error, in one line: without its hints, and without the secrets.
    static func errors(_ bytes: [UInt8], hiding secrets: [String]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        for secret in secrets where secret.utf8.count >= 3 { text = text.replacing(secret, with: "***") }
        let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == "\r\n" })
            .map { line(withoutPassword(String($0))) }
            .filter { !$0.isEmpty && !$0.hasPrefix("hint:") }
        return line(lines.joined(separator: "; "))
    }

    /// `https://user:password@host` without what stands before the `@`.
    static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != " " && $0 != "'" }
        guard let at = host.lastIndex(of: "@"), host[..<at].contains(":") else {
            return String(text[..<scheme.upperBound]) + withoutPassword(String(rest))
        }
        return String(text[..<scheme.upperBound]) + "***" + withoutPassword(String(rest[at...]))
    }

    /// Bytes of a name that is no text, for a message.
    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            (0x20...0x7E).contains(byte) ? String(Unicode.Scalar(byte)) : "\\x" + hex(byte >> 4) + hex(byte & 15)
        }.joined()
    }

    private static func hex(_ digit: UInt8) -> String { String(digit, radix: 16) }
}
