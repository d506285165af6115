import ProcessControl

/// Text of others made fit for messages.
enum GitText {
    /// What git wrote to standard error, in one line: without its hints, and without the secrets.
    static func errors(_ bytes: [UInt8], hiding secrets: [String]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        for secret in secrets where secret.utf8.count >= 3 { text = text.replacing(secret, with: "***") }
        let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == "\r\n" })
            .map { OutputText.line(withoutPassword(String($0))) }
            .filter { !$0.isEmpty && !$0.hasPrefix("hint:") }
        return OutputText.line(lines.joined(separator: "; "))
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
