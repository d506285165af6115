import Ambient
import InfraAPI

/// Proven: every slot runs the revision and none died for a while after the last became available. The window delays the
/// verdict, never the next slot.
///
/// A revision that comes back after another one was proven is watched again, so that the last proven one is where a
/// rollback should go. A rejected one that nothing could take the place of may still prove itself.
enum VerdictPlanner {
    static let shortestWindow = Duration.seconds(30)

    static func plan(_ slots: [SlotView], _ revisions: RevisionChoice, _ draft: inout PlanDraft) {
        guard !revisions.isUnresolved, let target = revisions.target,
            target.metadata.name != revisions.lastProven?.metadata.name
        else { return }
        let spec = draft.observation.set.spec
        let complete = spec.replicas > 0 && slots.allSatisfy { isComplete($0, target) }
        var status = target.status
        guard complete else {
            if status.completedAt != nil {
                status.completedAt = nil
                draft.add(
                    .recordVerdict(revision: target.metadata.name, status), slot: nil, .observed,
                    "a slot left \(target.metadata.name)")
            }
            return
        }
        let completedAt = status.completedAt ?? draft.now
        let provenAt = completedAt + max(.seconds(spec.minReadySeconds), shortestWindow)
        if provenAt <= draft.now {
            status.verdict = .proven
            // The newest is the last proven one, also where the clock was set back since.
            let latest = revisions.lastProven?.status.provenAt.map { $0 + .microseconds(1) } ?? draft.now
            status.provenAt = max(draft.now, latest)
            status.rejectedAt = nil
            status.evidence = nil
            draft.add(
                .recordVerdict(revision: target.metadata.name, status), slot: nil, .proven,
                "every slot kept \(target.metadata.name) available")
        } else {
            draft.wake(at: provenAt)
            if status.completedAt == nil {
                status.completedAt = completedAt
                draft.add(
                    .recordVerdict(revision: target.metadata.name, status), slot: nil, .observed,
                    "every slot runs \(target.metadata.name)")
            }
        }
    }

    private static func isComplete(_ slot: SlotView, _ target: Revision) -> Bool {
        slot.isRemoved
            || (slot.state == .settled && slot.incoming?.record.spec.revision == target.metadata.name
                && slot.incoming?.isAvailable == true)
    }
}
