import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// The revisions of one set, and which one an undo means.
struct RevisionHistory: Sendable, Hashable {
    let set: InstanceSet
    /// By number, the oldest first.
    let revisions: [Revision]

    init(_ set: InstanceSet, _ revisions: [Revision]) {
        self.set = set
        self.revisions = revisions.filter { $0.spec.set == set.name }.sorted { $0.spec.number < $1.spec.number }
    }

    static func load(_ reference: ObjectReference, _ client: any ResourceClient) async throws(CommandFailure)
        -> RevisionHistory
    {
        let set: InstanceSet = try await client.load(reference)
        return RevisionHistory(set, try await client.objects(of: reference, by: "spec.set"))
    }

    subscript(number: Int) -> Revision? { revisions.first { $0.spec.number == number } }

    /// The revision that `spec` resolves to.
    var wanted: Revision? { revisions.first { $0.name == set.status.updateRevision } }

    /// What an undo goes back to, never a rejected one: in the middle of a roll-out the revision that every slot last ran,
    /// and else the newest one before the wanted one.
    var previous: Revision? {
        guard let wanted else { return nil }
        if let current = revisions.first(where: { $0.name == set.status.currentRevision }), current != wanted,
            current.status.verdict != .rejected
        {
            return current
        }
        return revisions.last { $0.spec.number < wanted.spec.number && $0.status.verdict != .rejected }
    }

    func lines(now: Timestamp) -> [String] {
        guard !revisions.isEmpty else { return [] }
        var table = TextTable("Revision", "Name", "Verdict", "In Use", "Age", "Image", "Evidence")
        table.rows = revisions.map { revision in
            [
                String(revision.spec.number), revision.name, revision.status.verdict.rawValue, use(of: revision),
                Age.text(since: revision.metadata.creationTimestamp, now: now), image(of: revision),
                revision.status.evidence.map { "\($0.reason): \($0.sentence)" } ?? "",
            ].map(\.singleLine)
        }
        return table.lines()
    }

    private func use(of revision: Revision) -> String {
        let status = set.status
        let uses = [
            ("wanted", status.updateRevision), ("target", status.targetRevision), ("current", status.currentRevision),
        ]
        let words = uses.filter { $0.1 == revision.name }.map(\.0)
        // The target is worth a word only where it is not what is wanted.
        return words.filter { $0 != "target" || !words.contains("wanted") }.joined(separator: ",")
    }

    private func image(of revision: Revision) -> String {
        let (requested, resolved) = (revision.spec.requestedImage, revision.spec.template.spec.image)
        return requested.isEmpty || requested == resolved ? resolved : "\(requested) (\(resolved))"
    }
}
