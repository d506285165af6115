import GitClient
import InfraAPI

extension RemoteReferences {
    /// The commit that a source follows. Throws `notFound` with what there is instead.
    func commit(for reference: GitReference?) throws(SyncProblem) -> GitCommitID {
        if let branch = reference?.branch {
            guard let commit = branches[branch] else {
                throw SyncProblem(
                    .notFound,
                    "there is no branch \(branch) at the remote\(RemoteReferences.known(branches.keys)); what was applied stays"
                )
            }
            return commit
        }
        if let tag = reference?.tag {
            guard let commit = tags[tag] else {
                throw SyncProblem(
                    .notFound,
                    "there is no tag \(tag) at the remote\(RemoteReferences.known(tags.keys)); what was applied stays")
            }
            return commit
        }
        if let range = reference?.semver { return try highest(in: range) }
        if let named = reference?.commit.flatMap({ GitCommitID($0) }) { return named }
        guard let head else {
            throw SyncProblem(
                .notFound, "the remote has no HEAD: it is empty, or its HEAD names a branch that is not there")
        }
        return head
    }

    private func highest(in text: String) throws(SyncProblem) -> GitCommitID {
        guard let range = SemanticVersionRange(text) else {
            throw SyncProblem(.notFound, "\(text) is no range of semantic versions")
        }
        // Tags of equal versions (v1.0, 1.0.0): the first by name, whatever the order they come in.
        let versions = tags.keys.sorted().compactMap { name in SemanticVersion(name).map { (name: name, version: $0) } }
            .filter { range.contains($0.version) }
        guard let best = versions.max(by: { $0.version < $1.version }),
            let first = versions.first(where: { $0.version == best.version }),
            let commit = tags[first.name]
        else {
            throw SyncProblem(
                .notFound,
                "none of the remote's \(tags.count) tags is in \(text)\(RemoteReferences.known(tags.keys)); what was applied stays"
            )
        }
        return commit
    }

    private static func known(_ names: some Collection<String>) -> String {
        names.isEmpty ? "" : " (it has \(names.sorted().listed))"
    }
}

extension SyncProblem {
    init(_ error: GitError) {
        let reason: SyncReason =
            switch error.kind {
            case .unreachable: .serverUnreachable
            case .denied: .accessDenied
            case .notFound: .notFound
            case .tooLarge: .tooLarge
            case .timedOut: .timedOut
            case .unverified: .signatureRefused
            case .refused: .repositoryRefused
            case .rejected, .failed: .gitFailed
            }
        self.init(reason, error.message)
    }
}
