import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// The sources of a namespace, and their table.
enum GitSources {
    /// By name.
    ///
    /// - Parameter namespace: nil: all.
    static func load(
        _ client: any ResourceClient, in namespace: String?
    ) async throws(CommandFailure) -> [GitSource] {
        let items = try await request("list gitsources") { () throws(APIStatus) in
            try await client.list(GitSource.resourceType, in: namespace, ListOptions()).items
        }
        var sources: [GitSource] = []
        for item in items { sources.append(try decode(item)) }
        return sources.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    static func table(_ sources: [GitSource], showsNamespaces: Bool, now: Timestamp) -> TextTable {
        var table = TextTable(
            "name", "ready", "reason", "commit", "subject", "age", "objects", "pending prune", "rejected")
        if showsNamespaces { table.header.insert("NAMESPACE", at: 0) }
        table.rows = sources.map { source in
            let cells = row(of: source, now: now).map(\.singleLine)
            return showsNamespaces ? [source.namespace] + cells : cells
        }
        return table
    }

    private static func row(of source: GitSource, now: Timestamp) -> [String] {
        let (status, applied) = (source.status, source.appliedRecord)
        let ready = status.conditions["Ready"]
        let commit = status.lastAppliedCommit.map(CommitText.short) ?? "<none>"
        let subject = applied.map { CommitText.clipped($0.subject) } ?? ""
        let age = applied.map { Age.text(since: $0.at, now: now) } ?? ""
        let pending = status.pendingPrune.map { String($0.objects.count) } ?? ""
        return [
            source.name, ready?.status.rawValue ?? "Unknown", source.spec.suspend ? "Suspended" : ready?.reason ?? "",
            commit, subject, age, String(status.inventory.count), pending,
            status.rejected.map(\.name).joined(separator: ","),
        ]
    }
}

extension GitSource {
    /// The record of the sync that applied the commit which stands.
    var appliedRecord: SyncRecord? {
        status.history.last { $0.commit == status.lastAppliedCommit && $0.outcome == .applied }
    }

    /// What it follows, for people.
    var followed: String {
        guard let ref = spec.ref else { return "the remote's HEAD" }
        if let branch = ref.branch { return "branch \(branch)" }
        if let tag = ref.tag { return "tag \(tag)" }
        if let range = ref.semver { return "the highest tag in \(range)" }
        return "commit \(ref.commit ?? "")"
    }
}

/// Commits for people.
enum CommitText {
    static let shortLength = 12
    private static let maximumSubject = 50

    static func short(_ commit: String) -> String { String(commit.prefix(shortLength)) }

    static func clipped(_ subject: String) -> String {
        subject.count <= maximumSubject ? subject : subject.prefix(maximumSubject - 1) + "…"
    }
}

extension InventoryEntry {
    var type: ResourceType? { ResourceTypes.find(apiVersion: apiVersion, kind: kind) }

    /// `instanceset.imm.dev/web`, by kind and name alone for a kind that we do not know.
    var qualifiedName: String { "\(type?.qualifiedSingular ?? kind.lowercased())/\(name)" }

    static func table(_ entries: [InventoryEntry]) -> TextTable {
        var table = TextTable("namespace", "object")
        table.rows = entries.map { [$0.namespace, $0.qualifiedName].map(\.singleLine) }
        return table
    }
}
