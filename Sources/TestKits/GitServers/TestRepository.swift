import Ambient
import Glibc

/// A bare repository of a server, and what makes commits in it: by plumbing, so that they may hold what no work tree could.
public final class TestRepository: Sendable {
    public enum Content: Sendable {
        case file([UInt8])
        case program([UInt8])
        /// Its target.
        case link(String)
        /// A commit of another repository, by its full name.
        case submodule(String)

        public static func text(_ text: String) -> Content { .file(Array(text.utf8)) }
    }

    public let name: String
    public let path: String
    private let host: RepositoryHost
    private let git: String
    /// Makes each commit another one.
    private let clock = Guarded(1_700_000_000)

    init(_ name: String, host: RepositoryHost, format: String) throws(ServerFailure) {
        self.name = name
        self.host = host
        path = "\(host.root)/\(name).git"
        git = try Spawn.find("git", package: "git")
        try run(["init", "--quiet", "--bare", "--object-format=\(format)", "--initial-branch=main", path])
        // Over https only those push who gave a name.
        try configure("http.receivepack", "true")
    }

    /// Of the repository itself.
    public func configure(_ key: String, _ value: String) throws(ServerFailure) {
        try run(["config", key, value])
    }

    /// A commit on top of a branch, or its first; the branch moves to it.
    /// - Parameters:
    ///   - changes: by path; nil: the file goes.
    ///   - parent: nil: what the branch is; to rewrite its history, another commit, or `""` for none.
    /// - Returns: the commit's full name.
    @discardableResult public func commit(
        _ changes: [String: Content?], on branch: String = "main", message: String = "Change", parent: String? = nil,
        signer: (any CommitSigner)? = nil
    ) throws(ServerFailure) -> String {
        let parent = parent ?? tip(branch) ?? ""
        var entries: [[UInt8]: TreeNode] = [:]
        if !parent.isEmpty {
            for record in try run(["ls-tree", "-r", "-z", "--full-tree", parent]).split(separator: 0) {
                let tab = record.firstIndex(of: UInt8(ascii: "\t")) ?? record.endIndex
                let fields = String(decoding: record[..<tab], as: UTF8.self).split(separator: " ").map(String.init)
                entries[Array(record[tab...].dropFirst())] = TreeNode(mode: fields[0], object: fields[2])
            }
        }
        for (path, content) in changes { entries[Array(path.utf8)] = try content.map(node) }
        return try commit(tree: tree(entries), on: branch, message: message, parent: parent, signer: signer)
    }

    /// A commit of nothing but files whose names are bytes.
    @discardableResult public func commit(
        named files: [(name: [UInt8], content: Content)], on branch: String = "main"
    ) throws(ServerFailure) -> String {
        var entries: [[UInt8]: TreeNode] = [:]
        for (name, content) in files { entries[name] = try node(content) }
        return try commit(tree: tree(entries), on: branch, message: "Names", parent: tip(branch) ?? "", signer: nil)
    }

    private func commit(
        tree: String, on branch: String, message: String, parent: String, signer: (any CommitSigner)?
    ) throws(ServerFailure) -> String {
        let time = clock.withLock { clock in
            clock += 60
            return clock
        }
        let commit = line(
            try run(
                (signer?.settings ?? []).flatMap { ["-c", $0] } + ["commit-tree"] + (signer == nil ? [] : ["-S"])
                    + (parent.isEmpty ? [] : ["-p", parent]) + ["-F", "-", tree],
                environment: [
                    "GIT_AUTHOR_DATE": "\(time) +0000", "GIT_COMMITTER_DATE": "\(time) +0000",
                ].merging(signer?.environment ?? [:]) { $1 }, input: Array(message.utf8)))
        try run(["update-ref", "refs/heads/\(branch)", commit])
        return commit
    }

    /// What a branch is; nil when it is not there.
    public func tip(_ branch: String) -> String? {
        (try? run(["rev-parse", "--verify", "--quiet", "refs/heads/\(branch)"])).map(line)
    }

    public func move(_ branch: String, to commit: String) throws(ServerFailure) {
        try run(["update-ref", "refs/heads/\(branch)", commit])
    }

    public func delete(_ branch: String) throws(ServerFailure) {
        try run(["update-ref", "-d", "refs/heads/\(branch)"])
    }

    /// - Parameter isAnnotated: an object of its own stands between the tag and the commit.
    public func tag(_ name: String, _ commit: String, isAnnotated: Bool = false) throws(ServerFailure) {
        try run(["tag", "--force"] + (isAnnotated ? ["-a", "-m", "tag"] : []) + [name, commit])
    }

    /// Contents of a file of a commit, and the commit's properties: `%s`, `%an`, … of git-log(1).
    public func show(_ commit: String, file: String) throws(ServerFailure) -> [UInt8] {
        try run(["cat-file", "blob", "\(commit):\(file)"])
    }

    public func log(_ commit: String, format: String) throws(ServerFailure) -> String {
        line(try run(["log", "-1", "--format=\(format)", commit]))
    }

    public func mode(_ commit: String, file: String) throws(ServerFailure) -> String {
        String(line(try run(["ls-tree", commit, "--", file])).prefix(6))
    }

    /// A commit with other bytes than the ones it is named by before, under the name that fits them.
    public func rewritten(
        _ commit: String, on branch: String = "main", _ change: (String) -> String
    ) throws(ServerFailure) -> String {
        let text = String(decoding: try run(["cat-file", "commit", commit]), as: UTF8.self)
        let other = line(
            try run(["hash-object", "-w", "-t", "commit", "--stdin"], input: Array(change(text).utf8)))
        try move(branch, to: other)
        return other
    }

    /// A program that the server runs when somebody pushes.
    public func hook(_ name: String, _ script: String) throws(ServerFailure) {
        mkdir("\(path)/hooks", 0o755)
        let place = "\(path)/hooks/\(name)"
        let temporary = try host.scratch.write("hook", Array(script.utf8), mode: 0o755)
        chmod(temporary, 0o755)
        guard rename(temporary, place) == 0 else { throw ServerFailure("\(place) cannot be made") }
    }

    private func node(_ content: Content) throws(ServerFailure) -> TreeNode {
        switch content {
        case .file(let bytes): TreeNode(mode: "100644", object: try object(bytes))
        case .program(let bytes): TreeNode(mode: "100755", object: try object(bytes))
        case .link(let target): TreeNode(mode: "120000", object: try object(Array(target.utf8)))
        case .submodule(let commit): TreeNode(mode: "160000", object: commit)
        }
    }

    private func object(_ bytes: [UInt8]) throws(ServerFailure) -> String {
        line(try run(["hash-object", "-w", "--stdin", "--no-filters"], input: bytes))
    }

    /// Trees are made from the leaves up, without an index, which would refuse names such as `.git`.
    private func tree(_ entries: [[UInt8]: TreeNode]) throws(ServerFailure) -> String {
        var here: [[UInt8]: TreeNode] = [:]
        var below: [[UInt8]: [[UInt8]: TreeNode]] = [:]
        for (path, node) in entries {
            if let slash = path.firstIndex(of: UInt8(ascii: "/")) {
                below[Array(path[..<slash]), default: [:]][Array(path[(slash + 1)...])] = node
            } else {
                here[path] = node
            }
        }
        for (name, entries) in below { here[name] = TreeNode(mode: "040000", object: try tree(entries)) }
        var input: [UInt8] = []
        for (name, node) in here { input += Array("\(node.mode) \(node.type) \(node.object)\t".utf8) + name + [0] }
        return line(try run(["mktree", "-z", "--missing"], input: input))
    }

    private func line(_ output: [UInt8]) -> String {
        String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    @discardableResult private func run(
        _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = []
    ) throws(ServerFailure) -> [UInt8] {
        var variables = TestGit.environment(host.scratch)
        variables["GIT_DIR"] = path
        return try Spawn.run(
            git, arguments, environment: variables.merging(environment) { $1 }, input: input, in: host.scratch)
    }
}

private struct TreeNode {
    let mode: String
    let object: String

    var type: String {
        switch mode {
        case "040000": "tree"
        case "160000": "commit"
        default: "blob"
        }
    }
}
