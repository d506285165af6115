import Ambient
import GitClient
import InfraAPI

/// What remotes said a moment ago, so that a hundred sources of one repository do not ask it a hundred times a minute.
///
/// Only for polls that are due by their interval; who asks because something happened asks the remote. Shared among
/// sources of one namespace that use the same Secret.
final class RecentReferences: Sendable {
    struct Remote: Hashable, Sendable {
        let url: String
        let namespace: String
        let secret: String?

        init(of source: GitSource) {
            url = source.spec.url
            namespace = source.namespace
            secret = source.spec.credentials?.secretRef.name
        }
    }

    private struct Answer: Sendable {
        let references: RemoteReferences
        /// Uptime before the remote was asked.
        let at: Duration
    }

    /// The part of an interval by which an answer may be old.
    private static let partOfInterval = 10
    private static let maximumRemotes = 500
    private static let maximumNames = 10_000
    private static let maximumAge = Duration.seconds(300)

    private let answers = Guarded([Remote: Answer]())

    func get(_ remote: Remote, for interval: Duration, at uptime: Duration) -> RemoteReferences? {
        let limit = min(interval / RecentReferences.partOfInterval, RecentReferences.maximumAge)
        return answers.withLock { answers in
            answers[remote].flatMap { uptime - $0.at <= limit ? $0.references : nil }
        }
    }

    func put(_ references: RemoteReferences, of remote: Remote, askedAt uptime: Duration) {
        guard references.branches.count + references.tags.count <= RecentReferences.maximumNames else { return }
        answers.withLock { answers in
            if answers.count >= RecentReferences.maximumRemotes {
                answers = answers.filter { uptime - $0.value.at <= RecentReferences.maximumAge }
            }
            if let standing = answers[remote], standing.at > uptime { return }
            guard answers.count < RecentReferences.maximumRemotes || answers[remote] != nil else { return }
            answers[remote] = Answer(references: references, at: uptime)
        }
    }
}
