import InfraAPI

/// What becomes of what a source answers for and its commit no longer holds.
///
/// By uid: another object of the same name is nobody's business here. Volumes and Namespaces hold data, and are never deleted.
struct PruneDecision: Sendable {
    /// What the source answers for from now on, or until it is deleted.
    private(set) var inventory: [InventoryEntry] = []
    private(set) var deletions: [InventoryEntry] = []
    /// Dropped from the inventory without being deleted.
    private(set) var released: [(entry: InventoryEntry, reason: String)] = []
    /// More than may be deleted without somebody's consent.
    private(set) var pending: PendingPrune?
    private(set) var answers: [PruneAnswer] = []

    private static let keptKinds: Set<String> = [Volume.resourceType.kind, Namespace.resourceType.kind]

    init(
        _ inventory: [InventoryEntry], commit: String, wanted: Set<ObjectID>, itself: ObjectID? = nil,
        objects: [ObjectID: ObjectSummary],
        _ rules: GitPruning, _ approvals: [PruneApproval]
    ) {
        var obsolete: [InventoryEntry] = []
        for entry in inventory {
            let id = ObjectID(entry)
            if wanted.contains(id) {
                self.inventory.append(entry)
            } else if PruneDecision.keptKinds.contains(entry.kind) {
                released.append((entry, "a \(entry.kind) is never pruned"))
            } else if id == itself {
                released.append((entry, "a source does not delete itself"))
            } else if objects[id]?.isKept == true {
                released.append((entry, "its annotation \(GitSource.pruneAnnotation) says Keep"))
            } else {
                self.inventory.append(entry)
                obsolete.append(entry)
            }
        }
        guard rules.enabled else {
            answer(approvals, waiting: nil, commit)
            return
        }
        let limit = rules.maxDeletions.resolved(of: inventory.count, rounding: .up) ?? 0
        guard obsolete.count > limit else {
            deletions = obsolete
            answer(approvals, waiting: nil, commit)
            return
        }
        decide(obsolete, limit, of: inventory.count, commit, approvals)
    }

    private mutating func decide(
        _ obsolete: [InventoryEntry], _ limit: Int, of total: Int, _ commit: String, _ approvals: [PruneApproval]
    ) {
        let asked = Set(obsolete)
        let isConsented = approvals.contains { approval in
            guard approval.spec.commit == commit else { return false }
            let named = Set(approval.spec.objects)
            // What was consented to and begun may be a part of it by now.
            return approval.status.outcome == .accepted ? asked.isSubset(of: named) : asked == named
        }
        answer(approvals, waiting: asked, commit)
        if isConsented {
            deletions = obsolete
            return
        }
        var pending = PendingPrune()
        pending.commit = commit
        pending.objects = obsolete
        pending.message =
            "the manifests of \(obsolete.count) of \(total) objects are gone, and at most \(limit) may be deleted in one sync: "
            + "\(obsolete.map { ObjectID($0) }.listed); nothing is deleted until somebody approves it (immctl gitops approve) or "
            + "the manifests are back"
        self.pending = pending
    }

    private mutating func answer(_ approvals: [PruneApproval], waiting: Set<InventoryEntry>?, _ commit: String) {
        for approval in approvals where approval.status.outcome == .pending && approval.spec.commit == commit {
            let named = Set(approval.spec.objects)
            if let waiting, named == waiting {
                answers.append(PruneAnswer(approval: approval.name, outcome: .accepted, message: nil))
                continue
            }
            answers.append(
                PruneAnswer(approval: approval.name, outcome: .refused, message: PruneDecision.refusal(named, waiting)))
        }
    }

    private static func refusal(_ named: Set<InventoryEntry>, _ waiting: Set<InventoryEntry>?) -> String {
        guard let waiting else { return "nothing waits for an approval" }
        func names(_ entries: Set<InventoryEntry>) -> String { entries.map { ObjectID($0) }.sorted().listed }
        let (more, missing) = (named.subtracting(waiting), waiting.subtracting(named))
        var parts: [String] = []
        if !more.isEmpty { parts.append("it names what does not wait to be deleted (by its uid): \(names(more))") }
        if !missing.isEmpty { parts.append("it does not name \(names(missing))") }
        return parts.joined(separator: "; ") + "; look at what waits now, and approve that"
    }
}
