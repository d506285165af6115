import Ambient
import GitClient

/// A remote in memory: commits, branches and tags, and the faults of a server.
final class RepositoryServer: Sendable {
    struct Commit: Sendable {
        let commit: GitCommit
        let files: [GitFile]
        /// Who signed it; nil: nobody.
        let signer: String?
    }

    struct State: Sendable {
        var commits: [GitCommitID: Commit] = [:]
        var references = RemoteReferences()
        var failure: GitError?
        /// How long each call takes.
        var latency = Duration.milliseconds(20)
        /// Every call hangs until its time-out.
        var hangs = false
        var polls = 0
        var fetches = 0
        /// Calls that no client may make.
        var illegal: [String] = []
        var concurrent = 0
        var mostConcurrent = 0
    }

    let state = Guarded(State())
    let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var polls: Int { state.withLock { $0.polls } }

    /// Makes a commit of these files and lets a branch point to it.
    @discardableResult
    func commit(
        _ files: [String: String], on branch: String = "main", subject: String = "change", signer: String? = nil
    ) -> GitCommitID {
        commit(
            files.sorted { $0.key < $1.key }.map { GitFile(path: $0.key, bytes: Array($0.value.utf8)) }, on: branch,
            subject: subject, signer: signer)
    }

    @discardableResult
    func commit(
        _ files: [GitFile], on branch: String = "main", subject: String = "change", signer: String? = nil
    ) -> GitCommitID {
        state.withLock { state in
            let hex = String(state.commits.count + 1, radix: 16)
            guard let id = GitCommitID(String(repeating: "0", count: 40 - hex.count) + hex) else {
                fatalError("no commit id")
            }
            let commit = GitCommit(id: id, subject: subject, author: "Ada <ada@example.org>")
            state.commits[id] = Commit(commit: commit, files: files, signer: signer)
            point(branch, to: id, &state)
            return id
        }
    }

    /// A push that moves a branch anywhere.
    func push(_ id: GitCommitID, to branch: String = "main") { state.withLock { point(branch, to: id, &$0) } }

    private func point(_ branch: String, to id: GitCommitID, _ state: inout State) {
        state.references.branches[branch] = id
        if branch == "main" { (state.references.head, state.references.headBranch) = (id, "main") }
    }

    func call(_ remote: GitRemote, _ count: WritableKeyPath<State, Int>) async throws(GitError) -> State {
        let (latency, hangs) = state.withLock { state in
            state[keyPath: count] += 1
            state.concurrent += 1
            state.mostConcurrent = max(state.mostConcurrent, state.concurrent)
            return (state.latency, state.hangs)
        }
        defer { state.withLock { $0.concurrent -= 1 } }
        do {
            try await time.sleep(for: hangs ? remote.timeout : min(latency, remote.timeout))
        } catch { throw GitError(.timedOut, "cancelled") }
        if hangs { throw GitError(.timedOut, "the server did not answer in \(remote.timeout)") }
        let state = state.withLock { $0 }
        if let failure = state.failure { throw failure }
        return state
    }
}

/// Our copy of the remote: it has what was fetched, and says so when it is asked for more.
final class MemoryRepository: GitRepository {
    private let server: RepositoryServer
    private let present = Guarded(Set<GitCommitID>())

    init(_ server: RepositoryServer) { self.server = server }

    func references(of remote: GitRemote) async throws(GitError) -> RemoteReferences {
        try await server.call(remote, \.polls).references
    }

    func fetch(_ commit: GitCommitID, from remote: GitRemote, depth: Int) async throws(GitError) {
        if present.withLock({ $0.contains(commit) }) { return }
        let state = try await server.call(remote, \.fetches)
        guard let found = state.commits[commit] else { throw GitError(.notFound, "there is no commit \(commit)") }
        let bytes = found.files.reduce(0) { $0 + $1.bytes.count }
        guard bytes <= remote.maxBytes else {
            throw GitError(.tooLarge, "commit \(commit) brings more than \(remote.maxBytes) bytes")
        }
        _ = present.withLock { $0.insert(commit) }
    }

    private func stored(_ commit: GitCommitID, _ call: String) throws(GitError) -> RepositoryServer.Commit {
        guard present.withLock({ $0.contains(commit) }), let found = server.state.withLock({ $0.commits[commit] })
        else {
            server.change { $0.illegal.append("\(call) of \(commit), which was not fetched") }
            throw GitError(.failed, "commit \(commit) is not present")
        }
        return found
    }

    func commit(_ commit: GitCommitID) async throws(GitError) -> GitCommit { try stored(commit, "commit").commit }

    func files(of commit: GitCommitID, below path: String, maxBytes: Int) async throws(GitError) -> [GitFile] {
        let files = try stored(commit, "files").files.filter { path == "." || $0.path.hasPrefix(path + "/") }
        guard !files.isEmpty || path == "." else { throw GitError(.notFound, "no directory \(path) in \(commit)") }
        guard files.reduce(0, { $0 + $1.bytes.count }) <= maxBytes else {
            throw GitError(.tooLarge, "more than \(maxBytes) bytes")
        }
        return files
    }

    func verify(_ commit: GitCommitID, signers: GitSigners) async throws(GitError) -> GitSignature {
        guard let signer = try stored(commit, "verify").signer else {
            throw GitError(.unverified, "commit \(commit) is not signed")
        }
        guard signers.sshSigners.split(separator: "\n").contains(where: { $0 == signer }) else {
            throw GitError(.unverified, "commit \(commit) is signed by \(signer), who is not among the signers")
        }
        return GitSignature(signer: signer, key: "SHA256:\(signer)")
    }

    func push(_ change: GitChange, to remote: GitRemote) async throws(GitError) -> GitCommitID {
        server.change { $0.illegal.append("push") }
        throw GitError(.failed, "a sync pushes nothing")
    }
}
