import Ambient
import InfraAPI
import ResourceAPI

extension DescriptionText {
    private static let shownRecords = 5

    mutating func describe(_ source: GitSource) {
        let (spec, status) = (source.spec, source.status)
        metadata(source.metadata)
        add("URL", spec.url)
        add("Follows", source.followed)
        add("Path", spec.path)
        add("Interval", "\(spec.intervalSeconds)s ± \(spec.jitterPercent) %")
        add("Webhook", spec.webhook.map { "\($0.type.rawValue), at /hooks/\(source.namespace)/\(source.name)" })
        add("Verification", spec.verification.map { "signers in Secret \($0.secretRef.name)" })
        add("Depends on", spec.dependsOn.isEmpty ? nil : spec.dependsOn.joined(separator: ", "))
        add("Target namespace", spec.targetNamespace)
        add("Drift", spec.drift.rawValue)
        add("Prune", spec.prune.enabled ? "at most \(Self.text(spec.prune.maxDeletions)) in one sync" : "off")
        add("Suspended", spec.suspend ? "yes" : nil)
        add("Applied commit", status.lastAppliedCommit.map { commit in commit + subject(of: commit, in: status) })
        if status.lastAttemptedCommit != status.lastAppliedCommit {
            add("Attempted commit", status.lastAttemptedCommit.map { $0 + subject(of: $0, in: status) })
        }
        if let proposal = status.proposal {
            add("Proposal", "\(CommitText.short(proposal.commit)) on \(proposal.branch)")
            for image in proposal.images { add("", image) }
        }
        section("Objects", status.inventory.isEmpty ? [] : InventoryEntry.table(status.inventory).lines())
        if !status.rejected.isEmpty {
            section(
                "Rejected", status.rejected.map { "\($0.name), revision \($0.revision): \($0.message)".singleLine })
        }
        if let pending = status.pendingPrune {
            section(
                "Waits for an approval", [pending.message.singleLine] + InventoryEntry.table(pending.objects).lines())
        }
        section(
            "Last syncs", SyncHistory.table(status.history.suffix(Self.shownRecords), now: now).map { $0.lines() } ?? []
        )
        conditions(status.conditions)
    }

    mutating func describe(_ approval: PruneApproval) {
        let (spec, status) = (approval.spec, approval.status)
        metadata(approval.metadata)
        add("Source", spec.source)
        add("Commit", spec.commit)
        add("Reason", spec.reason)
        add("Requested by", status.requestedBy)
        add("Outcome", status.outcome.rawValue)
        add("Decided", time: status.decidedAt)
        add("Why", status.message)
        section("Objects", spec.objects.isEmpty ? [] : InventoryEntry.table(spec.objects).lines())
    }

    private func subject(of commit: String, in status: GitSourceStatus) -> String {
        status.history.last { $0.commit == commit && !$0.subject.isEmpty }.map { " \($0.subject)" } ?? ""
    }

    private static func text(_ value: IntOrString) -> String {
        switch value {
        case .int(let count): "\(count)"
        case .string(let text): text
        }
    }
}
