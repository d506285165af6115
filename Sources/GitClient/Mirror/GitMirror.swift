import Ambient
import ProcessControl

/// A copy of a repository in a directory of its own, kept by the real git. It holds the last few commits that were asked for
/// and nothing else, and makes itself anew when it is broken: nothing in it cannot be fetched again.
///
/// Calls are done one after the other. Two mirrors must not share a directory.
public actor GitMirror: GitRepository {
    let program: GitProgram
    private let path: String
    private let turnstile = Turnstile()
    private var opened: MirrorStore?
    /// Where a commit came from, for when our copy of it breaks.
    var origins: [GitCommitID: (remote: GitRemote, depth: Int)] = [:]

    /// - Parameter directory: absolute; made when it is not there. Whatever is in it is the mirror's.
    public init(directory: String, program: GitProgram) {
        path = directory
        self.program = program
    }

    public func references(of remote: GitRemote) async throws(GitError) -> RemoteReferences {
        try await inTurn { call throws(GitError) in
            try await readReferences(RemoteAccess(remote, call.scratch, program))
        }
    }

    public func fetch(_ commit: GitCommitID, from remote: GitRemote, depth: Int) async throws(GitError) {
        try await inTurn { call throws(GitError) in
            let access = try RemoteAccess(remote, call.scratch, program)
            remember(commit, (remote, depth))
            try await bring(commit, depth: depth, access, call)
        }
    }

    public func commit(_ commit: GitCommitID) async throws(GitError) -> GitCommit {
        try await onWhole(commit) { call throws(GitError) in try await read(commit, call).summary(commit) }
    }

    public func files(
        of commit: GitCommitID, below path: String, maxBytes: Int
    ) async throws(GitError) -> [GitFile] {
        try RepositoryPath.check(path)
        return try await onWhole(commit) { call throws(GitError) in
            try await readFiles(of: commit, below: path, maxBytes: maxBytes, call)
        }
    }

    public func verify(_ commit: GitCommitID, signers: GitSigners) async throws(GitError) -> GitSignature {
        try await onWhole(commit) { call throws(GitError) in try await check(commit, signers, call) }
    }

    public func push(_ change: GitChange, to remote: GitRemote) async throws(GitError) -> GitCommitID {
        try BranchName.check(change.branch)
        return try await onWhole(change.parent) { call throws(GitError) in
            try await send(change, RemoteAccess(remote, call.scratch, program), call)
        }
    }

    /// Deletes the mirror, when its turn comes. It makes itself anew when it is asked again.
    public func remove() async {
        guard await turnstile.enter() else { return }
        defer { turnstile.leave() }
        FileTree.remove(path)
        opened = nil
        origins = [:]
    }

    /// Does one thing while nobody else does.
    private func inTurn<Result: Sendable>(
        _ body: (MirrorCall) async throws(GitError) -> Result
    ) async throws(GitError) -> Result {
        guard await turnstile.enter() else { throw GitError(.failed, "Nobody waits for git any more.") }
        defer { turnstile.leave() }
        return try await withCall(body)
    }

    /// With a directory for the call, which is gone afterwards.
    private func withCall<Result: Sendable>(
        _ body: (MirrorCall) async throws(GitError) -> Result
    ) async throws(GitError) -> Result {
        let call = try MirrorCall(open(), program.surroundings.randomness)
        defer { call.scratch.remove() }
        return try await body(call)
    }

    /// With a commit that is there. When our copy turns out to be broken, it is made anew, once.
    private func onWhole<Result: Sendable>(
        _ commit: GitCommitID, _ body: (MirrorCall) async throws(GitError) -> Result
    ) async throws(GitError) -> Result {
        try await inTurn { call throws(GitError) in
            guard call.store.holds(commit) else {
                throw GitError(
                    .notFound, "Commit \(commit) is not in our copy of the repository: it has to be fetched first.")
            }
            do throws(GitError) {
                return try await body(call)
            } catch {
                guard error.kind == .failed, !Task.isCancelled, await !isSound(call) else { throw error }
                call.store.removeRepository()
                guard let origin = origins[commit] else {
                    throw GitError(.failed, "Our copy of the repository was broken; the next fetch makes it anew.")
                }
                try await withCall { call throws(GitError) in
                    let access = try RemoteAccess(origin.remote, call.scratch, program)
                    try await bring(commit, depth: origin.depth, access, call)
                }
                return try await withCall(body)
            }
        }
    }

    private func open() throws(GitError) -> MirrorStore {
        if let opened, FileTree.isThere(opened.directory.path) { return opened }
        let path = path
        let store = try filing { () throws(FileFailure) in try MirrorStore(path) }
        // What calls left that ended with the process.
        store.sweep()
        opened = store
        return store
    }

    private func remember(_ commit: GitCommitID, _ origin: (GitRemote, Int)) {
        if origins.count > 2 * GitLimits.keptCommits { origins.removeAll() }
        origins[commit] = origin
    }

    /// Whether all that our copy should hold is there and can be read.
    func isSound(_ call: MirrorCall) async -> Bool {
        guard call.store.isThere else { return false }
        let result = try? await program.run(
            ["fsck", "--full", "--no-dangling", "--no-progress"], in: call.local, outputLimit: 8 << 20)
        return result?.isSuccess ?? false
    }

    /// Runs git on our copy; anything but success is an error of kind `failed`.
    func onCopy(
        _ arguments: [String], _ call: MirrorCall, in place: GitPlace? = nil, input: [UInt8]? = nil,
        outputLimit: Int = 1 << 20
    ) async throws(GitError) -> [UInt8] {
        let result = try await program.run(
            arguments, in: place ?? call.local,
            input: try input.map { bytes throws(GitError) in try call.input(bytes) },
            outputLimit: outputLimit)
        guard result.isSuccess else {
            let said = GitText.errors(result.errors, hiding: [])
            throw GitError(.failed, "git \(arguments[0]) fails on our copy of the repository: \(said)")
        }
        return result.output
    }
}
