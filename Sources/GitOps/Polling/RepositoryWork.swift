import Ambient
import ControllerRuntime
import GitClient
import InfraAPI

/// What a background operation found out. A class: results of child tasks are handed on by reference.
final class RepositoryReport: Sendable {
    enum Finding: Sendable {
        case polled(PollRequest, Result<GitCommitID, SyncProblem>)
        case prepared(ContentKey, ContentFact.Result, subject: String)
    }

    let finding: Finding

    init(_ finding: Finding) { self.finding = finding }
}

/// The slow half of a sync: asking the server, fetching, verifying, rendering. It changes nothing that is stored.
struct RepositoryWork: Sendable {
    let access: RemoteAccess
    let repositories: @Sendable (_ uid: String) -> any GitRepository
    let builder: KustomizationBuilder?
    let time: any TimeSource
    private let recent = RecentReferences()

    init(
        access: RemoteAccess, repositories: @escaping @Sendable (_ uid: String) -> any GitRepository,
        builder: KustomizationBuilder?, time: any TimeSource
    ) {
        self.access = access
        self.repositories = repositories
        self.builder = builder
        self.time = time
    }

    /// - Parameter isRoutine: the interval is over, and nothing else has happened.
    func poll(_ request: PollRequest, _ source: GitSource, isRoutine: Bool) async -> RepositoryReport {
        do throws(SyncProblem) {
            let remote = try await access.remote(of: source)
            let (known, start) = (RecentReferences.Remote(of: source), time.uptime)
            let interval = Duration.seconds(source.spec.intervalSeconds)
            if isRoutine, let references = recent.get(known, for: interval, at: start) {
                return RepositoryReport(.polled(request, .success(try references.commit(for: source.spec.ref))))
            }
            let references = try await git { () async throws(GitError) in
                try await repositories(source.uid).references(of: remote)
            }
            recent.put(references, of: known, askedAt: start)
            return RepositoryReport(.polled(request, .success(try references.commit(for: source.spec.ref))))
        } catch { return RepositoryReport(.polled(request, .failure(error))) }
    }

    func prepare(_ key: ContentKey, _ source: GitSource) async -> RepositoryReport {
        let repository = repositories(source.uid)
        var subject = ""
        do throws(SyncProblem) {
            let remote = try await access.remote(of: source)
            try await git { () async throws(GitError) in
                try await repository.fetch(key.commit, from: remote, depth: source.spec.depth)
            }
            let commit = try await git { () async throws(GitError) in try await repository.commit(key.commit) }
            subject = commit.subject
            let signature = try await verify(key.commit, repository, source)
            let objects = try await render(key.commit, repository, source)
            let rendered = RenderedCommit(commit: commit, signature: signature, objects: objects)
            return RepositoryReport(.prepared(key, .rendered(rendered), subject: subject))
        } catch {
            let result: ContentFact.Result = error.isOfTheCommit ? .refused(error) : .failed(error)
            return RepositoryReport(.prepared(key, result, subject: subject))
        }
    }

    private func verify(
        _ commit: GitCommitID, _ repository: any GitRepository, _ source: GitSource
    ) async throws(SyncProblem) -> GitSignature? {
        guard let verification = source.spec.verification else { return nil }
        let signers = try await access.signers(verification, of: source)
        return try await git { () async throws(GitError) in try await repository.verify(commit, signers: signers) }
    }

    private func render(
        _ commit: GitCommitID, _ repository: any GitRepository, _ source: GitSource
    ) async throws(SyncProblem) -> [RenderedObject] {
        let (path, limit) = (source.spec.path, source.spec.maximumBytes)
        let renderer = CommitRenderer(
            commit: commit, path: path, namespace: source.spec.targetNamespace ?? source.namespace)
        let files = try await filesBelow(path, commit, repository, limit)
        guard let kustomization = Kustomization.file(in: path, among: files) else { return try renderer.render(files) }
        guard let builder else {
            throw SyncProblem(
                .kustomizationFailed,
                "\(commit):\(kustomization): a kustomization is built by kubectl, which is not installed where imm runs"
            )
        }
        let all = try await filesBelow(".", commit, repository, limit).filter { $0.kind == .regular }
        do throws(SyncProblem) {
            try KustomizationCheck(all).check(path)
        } catch { throw SyncProblem(error.reason, "\(commit):\(error.message)") }
        let built: [UInt8]
        do throws(GitError) {
            built = try await builder(all, path, .seconds(source.spec.timeoutSeconds))
        } catch {
            guard error.kind == .refused else { throw SyncProblem(error) }
            throw SyncProblem(.kustomizationFailed, "\(commit):\(kustomization): \(error.message)")
        }
        return try renderer.render(built: built, from: kustomization)
    }

    private func filesBelow(
        _ path: String, _ commit: GitCommitID, _ repository: any GitRepository, _ limit: Int
    ) async throws(SyncProblem) -> [GitFile] {
        do throws(GitError) {
            return try await repository.files(of: commit, below: path, maxBytes: limit)
        } catch {
            guard error.kind == .notFound else { throw SyncProblem(error) }
            throw SyncProblem(
                .emptyRender,
                "\(commit):\(path): there is no such directory in this commit; nothing is pruned because of that")
        }
    }

    private func git<Value: Sendable>(
        _ body: () async throws(GitError) -> Value
    ) async throws(SyncProblem) -> Value {
        do throws(GitError) { return try await body() } catch { throw SyncProblem(error) }
    }
}

extension SyncProblem {
    /// Whether the commit is at fault, and not the way to it.
    var isOfTheCommit: Bool {
        switch reason {
        case .manifestInvalid, .linkRefused, .submoduleRefused, .emptyRender, .tooManyObjects,
            .kustomizationFailed, .signatureRefused, .tooLarge, .repositoryRefused:
            true
        default: false
        }
    }

    /// Whether the same commit may be accepted another time, when something outside of it has changed.
    var mayPass: Bool { reason == .signatureRefused }
}
