import Ambient
import GitClient
import ImageRegistry
import InfraAPI

/// The slow half of image updates: asks the registries, and pushes one commit to a branch that nothing follows. It changes nothing
/// that is stored, and nothing that runs.
struct ImageUpdateWork: Sendable {
    private static let author = "imm image updates"
    private static let address = "image-updates@imm.invalid"

    let registry: any RegistryReading
    let repositories: @Sendable (_ uid: String) -> any GitRepository
    private let access: RemoteAccess
    private let time: any TimeSource

    /// - Parameter access: the one by which the sources are fetched: their credentials need the right to push.
    init(
        registry: any RegistryReading, repositories: @escaping @Sendable (_ uid: String) -> any GitRepository,
        _ access: RemoteAccess, _ time: any TimeSource
    ) {
        (self.registry, self.repositories, self.access, self.time) = (registry, repositories, access, time)
    }

    /// - Parameters:
    ///   - updates: `spec.imageUpdates` of the source.
    ///   - base: the commit that it follows and has applied.
    func look(_ source: GitSource, _ updates: GitImageUpdates, on base: GitCommitID) async -> ImageUpdateReport {
        let (newest, failures) = await newestImages(updates, of: source)
        guard !newest.isEmpty || failures.isEmpty else {
            return ImageUpdateReport(.registryFailed, failures.joined(separator: "\n"))
        }
        do throws(ImageUpdateProblem) {
            return told(try await propose(newest, source, updates, on: base), failures)
        } catch {
            return ImageUpdateReport(error.reason, ([error.message] + failures).joined(separator: "\n"))
        }
    }

    /// What registries did not answer is said even where others led to a proposal.
    private func told(_ report: ImageUpdateReport, _ failures: [String]) -> ImageUpdateReport {
        guard !failures.isEmpty else { return report }
        return ImageUpdateReport(
            report.reason.isGood ? .registryFailed : report.reason,
            (failures + [report.message]).joined(separator: "\n"), proposal: report.proposal, isNew: report.isNew)
    }

    private func newestImages(
        _ updates: GitImageUpdates, of source: GitSource
    ) async -> (newest: [ImageChange.Newest], failures: [String]) {
        var newest: [ImageChange.Newest] = []
        var failures: [String] = []
        for policy in updates.images {
            let login: RegistryLogin?
            do throws(SyncProblem) {
                login = try await access.login(policy, of: source)
            } catch {
                failures.append("\(policy.image): \(error.message)")
                continue
            }
            do throws(RegistryError) {
                guard let tag = TagChoice(policy).newest(of: try await registry.tags(of: policy.image, as: login))
                else {
                    failures.append("\(policy.image): no tag matches \(policy.semver ?? policy.pattern ?? "")")
                    continue
                }
                let digest = try await registry.digest(of: policy.image, tag: tag, as: login)
                newest.append(ImageChange.Newest(policy: policy, tag: tag, digest: digest))
            } catch { failures.append("\(policy.image): \(error.message)") }
        }
        return (newest, failures)
    }

    private func propose(
        _ newest: [ImageChange.Newest], _ source: GitSource, _ updates: GitImageUpdates, on base: GitCommitID
    ) async throws(ImageUpdateProblem) -> ImageUpdateReport {
        let remote = try await remote(of: source)
        let repository = repositories(source.uid)
        let references = try await git { () async throws(GitError) in try await repository.references(of: remote) }
        if source.spec.ref == nil, references.headBranch == updates.branch {
            throw ImageUpdateProblem(
                .branchFollowed,
                "branch \(updates.branch) is the remote's HEAD, which is followed: proposals go to another branch")
        }
        let files = try await files(of: base, source, repository, remote)
        let change = ImageChange(files: files, newest: newest)
        guard !change.isEmpty else { return nothingToPropose(change) }
        let proposal = Proposal(
            source: source, branch: updates.branch, base: base, change: change,
            tip: references.branches[updates.branch])
        return try await proposed(proposal, repository, remote)
    }

    private func nothingToPropose(_ change: ImageChange) -> ImageUpdateReport {
        guard change.left.isEmpty else {
            return ImageUpdateReport(.leftAlone, change.left.joined(separator: "\n"))
        }
        return ImageUpdateReport(.upToDate, "the manifests name the newest images", isSettled: true)
    }

    /// What is to be on the branch, and what is there.
    private struct Proposal: Sendable {
        let source: GitSource
        let branch: String
        let base: GitCommitID
        let change: ImageChange
        /// nil: the branch is not there.
        let tip: GitCommitID?

        /// The last one, if it was for this branch.
        var last: ImageProposal? { source.status.proposal.flatMap { $0.branch == branch ? $0 : nil } }

        func record(_ commit: GitCommitID, at time: Timestamp) -> ImageProposal {
            var record = ImageProposal()
            (record.branch, record.commit, record.images, record.at) = (branch, commit.hex, change.images, time)
            return record
        }

        func words(_ commit: GitCommitID) -> String {
            let left = change.left.isEmpty ? "" : "\nleft alone: " + change.left.joined(separator: "\nleft alone: ")
            return "commit \(commit) on branch \(branch) proposes \(change.images.joined(separator: ", "))\(left)"
        }
    }

    private func proposed(
        _ proposal: Proposal, _ repository: any GitRepository, _ remote: GitRemote
    ) async throws(ImageUpdateProblem) -> ImageUpdateReport {
        if let tip = proposal.tip {
            if try await holds(tip, proposal, repository, remote) {
                let isKnown = proposal.last?.commit == tip.hex && proposal.last?.images == proposal.change.images
                return ImageUpdateReport(
                    reason(of: proposal), proposal.words(tip),
                    proposal: isKnown ? nil : proposal.record(tip, at: time.now))
            }
            guard proposal.last?.commit == tip.hex else {
                throw ImageUpdateProblem(
                    .branchTaken,
                    "branch \(proposal.branch) is at \(tip), which imm did not push: delete the branch at the remote, or name "
                        + "another one in spec.imageUpdates.branch")
            }
        } else if let last = proposal.last, last.images == proposal.change.images {
            return ImageUpdateReport(
                .declined,
                "branch \(proposal.branch) with \(last.images.joined(separator: ", ")) was deleted: it is not proposed again "
                    + "before there is something newer")
        }
        let commit = try await push(proposal, repository, remote)
        return ImageUpdateReport(
            reason(of: proposal), proposal.words(commit), proposal: proposal.record(commit, at: time.now), isNew: true)
    }

    private func reason(of proposal: Proposal) -> ImageUpdateReport.Reason {
        proposal.change.left.isEmpty ? .proposed : .leftAlone
    }

    /// Whether what would be proposed stands on the branch already.
    private func holds(
        _ tip: GitCommitID, _ proposal: Proposal, _ repository: any GitRepository, _ remote: GitRemote
    ) async throws(ImageUpdateProblem) -> Bool {
        let present = try await files(of: tip, proposal.source, repository, remote).filter { $0.kind == .regular }
        let contents = Dictionary(present.map { ($0.path, $0.bytes) }) { first, _ in first }
        return proposal.change.contents.allSatisfy { contents[$0.key] == $0.value }
    }

    private func files(
        of commit: GitCommitID, _ source: GitSource, _ repository: any GitRepository, _ remote: GitRemote
    ) async throws(ImageUpdateProblem) -> [GitFile] {
        try await git { () async throws(GitError) in
            try await repository.fetch(commit, from: remote, depth: source.spec.depth)
            return try await repository.files(of: commit, below: source.spec.path, maxBytes: source.spec.maximumBytes)
        }
    }

    private func push(
        _ proposal: Proposal, _ repository: any GitRepository, _ remote: GitRemote
    ) async throws(ImageUpdateProblem) -> GitCommitID {
        let name = "\(proposal.source.namespace)/\(proposal.source.name)"
        let change = GitChange(
            parent: proposal.base, contents: proposal.change.contents, branch: proposal.branch, expected: proposal.tip,
            author: ImageUpdateWork.author, address: ImageUpdateWork.address, message: proposal.change.message(name),
            time: Int(time.now.microsecondsSinceEpoch / 1_000_000))
        do throws(GitError) {
            return try await repository.push(change, to: remote)
        } catch {
            guard error.kind == .denied || error.kind == .rejected else {
                throw ImageUpdateProblem(.repositoryFailed, error.message)
            }
            throw ImageUpdateProblem(
                .pushRefused,
                "branch \(proposal.branch) cannot be pushed: \(error.message) (spec.credentials need the right to write it)"
            )
        }
    }

    private func remote(of source: GitSource) async throws(ImageUpdateProblem) -> GitRemote {
        do throws(SyncProblem) {
            return try await access.remote(of: source)
        } catch { throw ImageUpdateProblem(.repositoryFailed, error.message) }
    }

    private func git<Value: Sendable>(
        _ body: () async throws(GitError) -> Value
    ) async throws(ImageUpdateProblem) -> Value {
        do throws(GitError) {
            return try await body()
        } catch { throw ImageUpdateProblem(.repositoryFailed, error.message) }
    }
}
