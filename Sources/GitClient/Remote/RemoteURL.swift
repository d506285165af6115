import ProcessControl

/// A URL that git may be given: taken apart, and checked to be no option, no other protocol and no carrier of a password.
struct RemoteURL: Sendable, Hashable {
    enum Scheme: String, Sendable, Hashable {
        case https, http, ssh, git, file
    }

    let scheme: Scheme
    /// As it was given.
    let text: String
    /// Host and port; empty for files.
    let authority: Substring
    let path: Substring

    init(_ text: String) throws(GitError) {
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: String(text[..<mark.lowerBound])),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw RemoteURL.refusal(text, "it must begin with https://, http://, ssh://, git:// or file://")
        }
        let rest = text[mark.upperBound...]
        guard let slash = rest.firstIndex(of: "/"), slash != rest.index(before: rest.endIndex) else {
            throw RemoteURL.refusal(text, "it names no repository")
        }
        var authority = rest[..<slash]
        if let at = authority.lastIndex(of: "@") {
            let user = authority[..<at]
            let isWord = user.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "._-".utf8.contains(byte)
            }
            guard scheme == .ssh, isWord, user.first != "-", !user.isEmpty else {
                throw RemoteURL.refusal(text, "credentials belong in a Secret, not in the URL")
            }
            authority = authority[authority.index(after: at)...]
        }
        let isHost = authority.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || ".-_:[]".utf8.contains(byte)
        }
        guard isHost, authority.first != "-", authority.isEmpty == (scheme == .file) else {
            throw RemoteURL.refusal(text, "its host is none")
        }
        self.scheme = scheme
        self.text = text
        self.authority = authority
        path = rest[slash...]
    }

    private static func refusal(_ text: String, _ why: String) -> GitError {
        GitError(.refused, "The URL \(GitText.withoutPassword(OutputText.line(text, limit: 200))) is refused: \(why).")
    }
}

/// Names of branches that may stand in a refspec.
enum BranchName {
    /// By the rules of git-check-ref-format(1), below `refs/heads/`.
    static func check(_ name: String) throws(GitError) {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isLegal =
            name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) } && name != "@"
            && !name.contains("..") && !name.contains("@{") && name.utf8.first != UInt8(ascii: "-")
            && name.utf8.last != UInt8(ascii: ".") && name.utf8.count <= 255
            && parts.allSatisfy {
                !$0.isEmpty && $0.first != UInt8(ascii: ".") && !$0.suffix(5).elementsEqual(".lock".utf8)
            }
        guard isLegal else {
            throw GitError(
                .refused, "The branch name '\(OutputText.line(name, limit: 200))' is refused: git knows no such name.")
        }
    }
}

/// Directories and files of a repository that may be asked for.
enum RepositoryPath {
    static func check(_ path: String) throws(GitError) {
        if path == "." { return }
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isLegal =
            !path.utf8.contains(0)
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        guard isLegal else {
            throw GitError(
                .refused,
                "The path '\(OutputText.line(path, limit: 200))' is refused: it must be relative, without '..' and '//'."
            )
        }
    }
}
