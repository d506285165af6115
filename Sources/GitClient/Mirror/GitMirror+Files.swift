import ProcessControl

extension GitMirror {
    /// The commit object itself.
    func read(_ commit: GitCommitID, _ call: MirrorCall) async throws(GitError) -> CommitText {
        do throws(GitError) {
            return CommitText(
                try await onCopy(["cat-file", "commit", commit.hex], call, outputLimit: GitLimits.commitBytes))
        } catch  where error.kind == .tooLarge {
            throw GitError(.refused, "Commit \(commit) is larger than \(GitMirror.size(GitLimits.commitBytes)).")
        }
    }

    func readFiles(
        of commit: GitCommitID, below path: String, maxBytes: Int, _ call: MirrorCall
    ) async throws(GitError) -> [GitFile] {
        let entries = try await list(commit, path, recursively: true, call)
        if path != ".", !entries.contains(where: { $0.path == path && $0.isDirectory }) {
            let found = entries.first { $0.path == path }
            let what = found.map { "\(path) is a \($0.kindName) and no directory" } ?? "there is no directory \(path)"
            throw GitError(.notFound, "In commit \(commit) \(what). Look at spec.path.")
        }
        let files = entries.filter { !$0.isDirectory }
        guard files.count <= GitLimits.files else {
            throw GitError(
                .tooLarge,
                "\(path) of commit \(commit) holds \(files.count) files; at most \(GitLimits.files) are read.")
        }
        let bytes = files.reduce(0) { $0 + $1.size }
        guard bytes <= maxBytes else {
            throw GitError(
                .tooLarge,
                "The files in \(path) of commit \(commit) hold \(bytes) bytes, and the limit is \(GitMirror.size(maxBytes)) (spec.maxSize). Raise the limit, or let spec.path name the manifests alone."
            )
        }
        let contents = try await contents(of: files.filter { $0.kind != .submodule }, call)
        return files.map { GitFile(path: $0.path, kind: $0.kind, bytes: contents[$0.object] ?? []) }
            .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What a commit holds at a path; directories stand before what is in them.
    func list(
        _ commit: GitCommitID, _ path: String, recursively: Bool, _ call: MirrorCall
    ) async throws(GitError) -> [TreeEntry] {
        let options = recursively ? ["-r", "-t"] : []
        let output: [UInt8]
        do throws(GitError) {
            output = try await onCopy(
                ["ls-tree"] + options + ["-l", "-z", "--full-tree", commit.hex] + (path == "." ? [] : ["--", path]),
                call,
                outputLimit: GitLimits.listingBytes)
        } catch  where error.kind == .tooLarge {
            throw GitError(
                .tooLarge, "\(path) of commit \(commit) holds too many files; at most \(GitLimits.files) are read.")
        }
        var entries: [TreeEntry] = []
        for record in output.split(separator: 0) { entries.append(try TreeEntry(record, commit)) }
        return entries
    }

    /// Contents by the name of the object.
    private func contents(of files: [TreeEntry], _ call: MirrorCall) async throws(GitError) -> [String: [UInt8]] {
        var sizes: [String: Int] = [:]
        for file in files { sizes[file.object] = file.size }
        guard !sizes.isEmpty else { return [:] }
        let objects = sizes.keys.sorted()
        let limit = sizes.values.reduce(0, +) + sizes.count * 128
        let output = try await onCopy(
            ["cat-file", "--batch", "--buffer"], call, input: Array((objects.joined(separator: "\n") + "\n").utf8),
            outputLimit: limit)
        var contents: [String: [UInt8]] = [:]
        var rest = output[...]
        for object in objects {
            let size = sizes[object] ?? 0
            let header = Array("\(object) blob \(size)\n".utf8)
            guard rest.starts(with: header), rest.count > header.count + size else {
                throw GitError(.failed, "git cat-file does not give object \(object) of our copy of the repository.")
            }
            rest = rest.dropFirst(header.count)
            contents[object] = Array(rest.prefix(size))
            rest = rest.dropFirst(size + 1)
        }
        return contents
    }
}

/// A line of `git ls-tree -l -z`: `mode SP type SP object SP+ size TAB path`.
struct TreeEntry: Sendable {
    let mode: Substring
    let object: String
    /// 0 of what is no file.
    let size: Int
    let path: String
    let isDirectory: Bool

    init(_ record: ArraySlice<UInt8>, _ commit: GitCommitID) throws(GitError) {
        guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else {
            throw GitError(.failed, "git ls-tree prints a line that is none of its own.")
        }
        let fields = String(decoding: record[..<tab], as: UTF8.self).split(separator: " ")
        let name = record[record.index(after: tab)...]
        guard fields.count == 4 else { throw GitError(.failed, "git ls-tree prints a line that is none of its own.") }
        guard let path = String(validating: name, as: UTF8.self) else {
            throw GitError(
                .refused, "Commit \(commit) holds a file whose name is no UTF-8: \(GitText.escaped(name.prefix(300))).")
        }
        mode = fields[0]
        isDirectory = fields[1] == "tree"
        object = String(fields[2])
        size = Int(fields[3]) ?? 0
        self.path = path
    }

    var kind: GitFile.Kind {
        switch mode {
        case "120000": .link
        case "160000": .submodule
        default: .regular
        }
    }

    var kindName: String {
        switch kind {
        case .link: "link"
        case .submodule: "submodule"
        case .regular: "file"
        }
    }
}
