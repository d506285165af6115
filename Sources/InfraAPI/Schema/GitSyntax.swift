/// The checks behind the formats of Git's world, over UTF-8. What they let through is never an option, a helper program
/// (`ext::`) or a path out of the repository.
enum GitSyntax {
    private static func isPrintable(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    static func isURL(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].hasPrefix("://") else {
            return false
        }
        let scheme = text[..<colon]
        let rest = text[colon...].dropFirst(3).utf8
        guard rest.allSatisfy(isPrintable), let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let path = rest[slash...].dropFirst()
        guard !path.isEmpty else { return false }
        var host = rest[..<slash]
        switch scheme {
        case "file": return host.isEmpty
        case "https", "http", "git": break
        case "ssh":
            guard let at = host.lastIndex(of: UInt8(ascii: "@")) else { break }
            let isFirst: (UInt8) -> Bool = { Syntax.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
            guard Syntax.isWord(host[..<at], first: isFirst, rest: Syntax.isNameByte) else { return false }
            host = host[host.index(after: at)...]
        default: return false
        }
        return isHost(host)
    }

    /// A host with a port or without.
    private static func isHost(_ bytes: Substring.UTF8View) -> Bool {
        if Syntax.isHostAndPort(bytes) { return true }
        // The check above wants a port.
        var withPort = Substring(bytes)
        withPort += ":0"
        return Syntax.isHostAndPort(withPort.utf8)
    }

    /// The rules of `git check-ref-format`, for the part below `refs/heads/` or `refs/tags/`; and it is no option.
    static func isRefName(_ text: String) -> Bool {
        let bytes = text.utf8
        let forbidden = " ~^:?*[\\\u{7F}".utf8
        guard let first = bytes.first, first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "."),
            bytes.allSatisfy({ $0 > 0x1F && !forbidden.contains($0) })
        else { return false }
        guard text != "@", !text.contains(".."), !text.contains("@{") else { return false }
        return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.first != UInt8(ascii: ".") && !part.suffix(5).elementsEqual(".lock".utf8)
        }
    }

    static func isCommit(_ bytes: String.UTF8View) -> Bool {
        (bytes.count == 40 || bytes.count == 64)
            && bytes.allSatisfy { Syntax.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }

    static func isRelativePath(_ bytes: String.UTF8View) -> Bool {
        if bytes.elementsEqual(".".utf8) { return true }
        return bytes.allSatisfy { $0 > 0x1F }
            && bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
            }
    }
}
