import ProcessControl

extension GitMirror {
    /// Makes the commit of a change and pushes it. What is made stands in a directory of the call's own, so that our copy is as
    /// before, whatever comes of it.
    func send(_ change: GitChange, _ access: RemoteAccess, _ call: MirrorCall) async throws(GitError) -> GitCommitID {
        let place = try objectsApart(call)
        let tree = try await tree(of: change, place, call)
        let commit = try await make(change, tree, place, call)
        try await push(commit, change, access, place, call)
        return commit
    }

    /// A place whose new objects go to a directory of the call's own, and whose index is there.
    private func objectsApart(_ call: MirrorCall) throws(GitError) -> GitPlace {
        var place = call.local
        let objects = try filing { () throws(FileFailure) in
            let objects = try PrivateDirectory("\(call.scratch.path)/objects")
            try objects.write("info/alternates", call.store.objects + "\n")
            return objects
        }
        place.environment["GIT_OBJECT_DIRECTORY"] = objects.path
        place.environment["GIT_INDEX_FILE"] = "\(call.scratch.path)/index"
        return place
    }

    /// The parent's tree with the new contents in it; each file keeps its mode.
    private func tree(of change: GitChange, _ place: GitPlace, _ call: MirrorCall) async throws(GitError) -> String {
        guard !change.contents.isEmpty, change.contents.count <= GitLimits.changedFiles else {
            throw GitError(
                .refused,
                "A commit of \(change.contents.count) files is refused: it must be 1 to \(GitLimits.changedFiles).")
        }
        var index: [UInt8] = []
        for (path, bytes) in change.contents.sorted(by: { $0.key < $1.key }) {
            try RepositoryPath.check(path)
            let found = try await list(change.parent, path, recursively: false, call)
            guard let entry = found.first(where: { $0.path == path }), !entry.isDirectory, entry.kind == .regular else {
                throw GitError(
                    .refused,
                    "Commit \(change.parent) has no regular file \(OutputText.line(path, limit: 200)) to change."
                )
            }
            let object = try await onCopy(
                ["hash-object", "-w", "--no-filters", "--stdin"], call, in: place, input: bytes)
            index += "\(entry.mode) \(GitMirror.name(object)) 0\t\(path)\0".utf8
        }
        _ = try await onCopy(["read-tree", change.parent.hex], call, in: place)
        _ = try await onCopy(["update-index", "-z", "--index-info"], call, in: place, input: index)
        let tree = GitMirror.name(try await onCopy(["write-tree"], call, in: place))
        let before = GitMirror.name(try await onCopy(["rev-parse", "--verify", "\(change.parent)^{tree}"], call))
        guard tree != before else {
            throw GitError(
                .refused, "The commit would change nothing: the files have these contents in \(change.parent).")
        }
        return tree
    }

    private func make(
        _ change: GitChange, _ tree: String, _ place: GitPlace, _ call: MirrorCall
    ) async throws(GitError) -> GitCommitID {
        for name in [change.author, change.address] {
            guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
                !name.contains("<"), !name.contains(">")
            else {
                throw GitError(.refused, "'\(OutputText.line(name, limit: 200))' is no name or address of an author.")
            }
        }
        var place = place
        for role in ["AUTHOR", "COMMITTER"] {
            place.environment["GIT_\(role)_NAME"] = change.author
            place.environment["GIT_\(role)_EMAIL"] = change.address
            place.environment["GIT_\(role)_DATE"] = "@\(change.time) +0000"
        }
        let output = try await onCopy(
            ["commit-tree", "-p", change.parent.hex, "-F", "-", tree], call, in: place,
            input: Array(change.message.utf8))
        guard let commit = GitCommitID(GitMirror.name(output)) else {
            throw GitError(.failed, "git commit-tree does not print the name of a commit.")
        }
        return commit
    }

    private func push(
        _ commit: GitCommitID, _ change: GitChange, _ access: RemoteAccess, _ place: GitPlace, _ call: MirrorCall
    ) async throws(GitError) {
        var between = call.between(access)
        between.environment.merge(place.environment) { $1 }
        let branch = "refs/heads/\(change.branch)"
        let what = "Commit \(commit) cannot be pushed to \(change.branch) of \(access.name)"
        let result: ProgramResult
        do throws(GitError) {
            result = try await program.run(
                [
                    "push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
                    "--force-with-lease=\(branch):\(change.expected?.hex ?? "")", "--", access.url.text,
                    "\(commit):\(branch)",
                ], in: between, timeout: access.remote.timeout)
        } catch {
            throw access.limit(error, what, size: "the server says more than 1 MiB")
        }
        guard !result.isSuccess else { return }
        let said = String(decoding: result.output, as: UTF8.self)
        if said.contains("[remote rejected]") || said.contains("[rejected]") {
            throw GitMirror.rejection(said, result, what, access)
        }
        throw RemoteFailure.error(result, what, access)
    }

    /// A line `! TAB commit:branch TAB [rejected] (stale info)` or `[remote rejected] (pre-receive hook declined)`.
    private static func rejection(
        _ said: String, _ result: ProgramResult, _ what: String, _ access: RemoteAccess
    ) -> GitError {
        let line = said.split(separator: "\n").first { $0.hasPrefix("!") } ?? ""
        let reason = OutputText.line(line.split(separator: "\t").last ?? "", limit: 300)
        if reason.contains("stale info") {
            return GitError(.rejected, "\(what): the branch has moved at the server since it was last looked at.")
        }
        let more = GitText.errors(result.errors, hiding: access.secrets)
        return GitError(
            .rejected, "\(what): the server refuses it: \(reason)\(more.isEmpty ? "" : "; it says: \(more)").")
    }

    /// Of an object, from a line that git prints.
    private static func name(_ output: [UInt8]) -> String {
        String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
