import ProcessControl

extension GitMirror {
    /// Makes a commit present. A copy that turns out to be broken is thrown away and made anew, once.
    func bring(
        _ commit: GitCommitID, depth: Int, _ access: RemoteAccess, _ call: MirrorCall
    ) async throws(GitError) {
        if call.store.isThere, call.store.holds(commit) {
            call.store.touch(commit)
            return
        }
        do throws(GitError) {
            try await make(for: commit, access, call)
            try await download(commit, depth: depth, access, call)
        } catch {
            call.store.sweepRepository()
            guard error.kind == .failed, !Task.isCancelled, await !isSound(call) else { throw error }
            call.store.removeRepository()
            try await make(for: commit, access, call)
            try await download(commit, depth: depth, access, call)
        }
        do throws(GitError) {
            try await tidy(call)
        } catch {
            // A copy that cannot be made smaller is made anew, with this commit alone.
            guard !Task.isCancelled else { throw error }
            call.store.removeRepository()
            try await make(for: commit, access, call)
            try await download(commit, depth: depth, access, call)
        }
    }

    /// Makes our copy where there is none, or one for names of another length.
    private func make(
        for commit: GitCommitID, _ access: RemoteAccess, _ call: MirrorCall
    ) async throws(GitError) {
        let format = commit.hex.utf8.count == 64 ? "sha256" : "sha1"
        let isOther = call.store.commits.contains { $0.hex.utf8.count != commit.hex.utf8.count }
        if isOther || !call.store.isThere { call.store.removeRepository() }
        guard !call.store.isThere else { return }
        // Outside of the repository, which is not there yet.
        let place = GitPlace(directory: call.scratch.path, home: call.scratch.path)
        _ = try await onCopy(
            ["init", "--quiet", "--bare", "--template=", "--object-format=\(format)", call.store.repository], call,
            in: place)
    }

    private func download(
        _ commit: GitCommitID, depth: Int, _ access: RemoteAccess, _ call: MirrorCall
    ) async throws(GitError) {
        do throws(GitError) {
            try await fetch("+\(commit):\(MirrorStore.reference(commit))", commit, depth: depth, access, call)
        } catch {
            // Servers need not give what they do not show: then a branch or tag that stands there now is asked for.
            guard error.kind == .notFound, let name = try await name(of: commit, access) else { throw error }
            defer { call.store.forgetIncoming() }
            try await fetch("+\(name):\(MirrorStore.incoming)", commit, depth: depth, access, call)
            let found = try await program.run(["cat-file", "-e", "\(commit)^{commit}"], in: call.local)
            // It has moved on in between.
            guard found.isSuccess else { throw error }
            _ = try await onCopy(["update-ref", MirrorStore.reference(commit), commit.hex], call)
        }
        let type = try await onCopy(["cat-file", "-t", commit.hex], call)
        guard type.starts(with: "commit\n".utf8) else {
            call.store.forget(commit)
            let said = OutputText.line(String(decoding: type, as: UTF8.self), limit: 20)
            throw GitError(.refused, "\(commit) in \(access.name) is a \(said) and no commit.")
        }
    }

    private func fetch(
        _ refspec: String, _ commit: GitCommitID, depth: Int, _ access: RemoteAccess, _ call: MirrorCall
    ) async throws(GitError) {
        let what = "Commit \(commit) cannot be fetched from \(access.name)"
        var arguments = [
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
            "--no-auto-maintenance",
        ]
        if depth > 0 { arguments.append("--depth=\(depth)") }
        // All of a history whose end was cut off before.
        if depth <= 0, call.store.isShallow { arguments.append("--unshallow") }
        let objects = call.store.objects
        let limit = access.remote.maxBytes
        let before = FileTree.bytes(objects)
        let packs = call.store.packFiles
        let result: ProgramResult
        do throws(GitError) {
            result = try await program.run(
                arguments + ["--", access.url.text, refspec], in: call.between(access), timeout: access.remote.timeout
            ) { FileTree.bytes(objects) - before > limit }
            // What came in between two looks.
            guard FileTree.bytes(objects) - before <= limit else { throw GitError(.tooLarge, "") }
        } catch {
            call.store.forget(commit)
            call.store.removePacks(except: packs)
            let size =
                "it brings more than \(GitMirror.size(limit)), which is the limit (spec.maxSize); nothing of it was kept. Raise the limit, or keep large files elsewhere"
            throw access.limit(error, what, size: size)
        }
        guard result.isSuccess else { throw RemoteFailure.error(result, what, access) }
    }

    /// A branch or tag that stands for the commit now.
    private func name(of commit: GitCommitID, _ access: RemoteAccess) async throws(GitError) -> String? {
        let references = try await readReferences(access)
        let branch = references.branches.filter { $0.value == commit }.keys.min().map { "refs/heads/\($0)" }
        return branch ?? references.tags.filter { $0.value == commit }.keys.min().map { "refs/tags/\($0)" }
    }

    static func size(_ bytes: Int) -> String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }

    /// Forgets all but the commits that were used last; what only the others held goes when there are packs enough to make one
    /// of them.
    private func tidy(_ call: MirrorCall) async throws(GitError) {
        for commit in call.store.commits.dropFirst(GitLimits.keptCommits) { call.store.forget(commit) }
        guard call.store.packs > GitLimits.packs else { return }
        _ = try await onCopy(["gc", "--quiet", "--prune=now"], call)
    }
}
