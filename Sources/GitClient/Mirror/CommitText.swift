import ProcessControl

/// A commit as git stores it: lines of headers, where a line that begins with a blank goes on with the one before; an empty
/// line; the message.
struct CommitText {
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var message: Substring = ""

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        var rest = text[...]
        while let end = rest.firstIndex(of: "\n") {
            let line = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if line.isEmpty { break }
            if line.first == " ", !headers.isEmpty {
                headers[headers.count - 1].value += "\n" + line.dropFirst()
            } else {
                let parts = line.split(separator: " ", maxSplits: 1)
                headers.append((parts.first.map(String.init) ?? "", parts.count > 1 ? String(parts[1]) : ""))
            }
        }
        message = rest
    }

    func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// nil: there is none.
    var signature: String? { value("gpgsig") ?? value("gpgsig-sha256") }

    func summary(_ id: GitCommitID) -> GitCommit {
        let subject = message.split(separator: "\n").first { $0.contains { !$0.isWhitespace } } ?? ""
        // `Name <address> seconds zone`
        let author = value("author") ?? ""
        let end = author.lastIndex(of: ">").map { author.index(after: $0) } ?? author.endIndex
        return GitCommit(
            id: id, subject: OutputText.line(subject, limit: GitLimits.subjectCharacters),
            author: OutputText.line(author[..<end], limit: GitLimits.subjectCharacters))
    }
}
