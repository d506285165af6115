import Ambient
import InfraAPI

/// What one slot does next: the directive of the cancel table, turned into steps within the budget.
enum SlotPlanner {
    static func plan(_ slot: SlotView, among slots: [SlotView], _ draft: inout PlanDraft) {
        let set = draft.observation.set
        let state = slot.state
        let event = slot.event(
            setIsDeleted: set.isBeingDeleted, providerIsReachable: draft.observation.provider.health == .reachable,
            deadline: .seconds(set.spec.progressDeadlineSeconds), now: draft.now)
        switch ReplacementTable.directive(state, on: event) {
        case .hold: break
        case .release: release(slot, &draft)
        case .dropIncoming: dropIncoming(slot, &draft)
        case .dropOutgoing: dropDead(slot, &draft)
        case .dropSuperseded:
            for occupant in slot.superseded {
                let isRejected = occupant.record.spec.revision == draft.rejected
                LeavingPlanner.begin(
                    occupant, isRejected ? .rejected : .superseded,
                    "\(occupant.name) (\(occupant.record.spec.revision)) "
                        + (isRejected ? "serves nobody, and its revision was rejected" : "is wanted no more"),
                    &draft)
            }
        case .proceedStalled:
            draft.wait(
                slot.slot, .progressDeadlineExceeded,
                "\(slot.incoming?.name ?? "the incoming instance") is not available after \(set.spec.progressDeadlineSeconds) s"
            )
            proceed(slot, from: state, among: slots, &draft)
        case .proceed: proceed(slot, from: state, among: slots, &draft)
        }
    }

    private static func proceed(
        _ slot: SlotView, from state: ReplacementState, among slots: [SlotView], _ draft: inout PlanDraft
    ) {
        switch state {
        case .settled:
            // Healthy for as long as a crash loop's longest pause: the failures before are history.
            if let failure = draft.slotFailures.first(where: { $0.slot == slot.slot }) {
                let forgiven =
                    max(failure.lastFailureAt, slot.incoming?.record.status.readySince ?? draft.now)
                    + ReplacementBackoff.longest
                if forgiven <= draft.now { draft.clearFailure(slot: slot.slot) } else { draft.wake(at: forgiven) }
            }
        case .preparing:
            if !dropSpare(slot, &draft) { IncomingPlanner.prepare(slot, among: slots, &draft) }
        case .starting, .verifying:
            if let incoming = slot.incoming { IncomingPlanner.advance(incoming, of: slot, &draft) }
        case .draining: drain(slot, &draft)
        case .stopping, .destroying: break  // LeavingPlanner says what it waits for
        case .snapshotting, .vacant: IncomingPlanner.fill(slot, among: slots, &draft)
        }
    }

    /// The incoming occupant serves: the outgoing one leaves, if enough slots serve.
    private static func drain(_ slot: SlotView, _ draft: inout PlanDraft) {
        for occupant in slot.outgoing {
            if occupant.standing == .unknown {
                // It may well serve: only what is known to serve nobody is free to take.
                draft.wait(slot.slot, .providerUnreachable, "nothing is known of \(occupant.name) yet")
                continue
            }
            if occupant.isAvailable, !draft.mayTakeSpare {
                stay(occupant, &draft)
                continue
            }
            LeavingPlanner.begin(
                occupant, .replaced, "\(slot.incoming?.name ?? "its successor") took over from \(occupant.name)", &draft
            )
        }
    }

    /// Two that serve, and neither is wanted any more: a newer desired state came before the older one had left. One serves until its
    /// successor does; the other one holds the place that the successor needs.
    /// - Returns: whether one was told to go.
    private static func dropSpare(_ slot: SlotView, _ draft: inout PlanDraft) -> Bool {
        let serving = slot.outgoing.filter(\.isAvailable)
        let kept = serving.last { $0.record.spec.revision != draft.rejected } ?? serving.last
        guard let kept, serving.count > 1, draft.mayTakeSpare else { return false }
        for occupant in serving where occupant.name != kept.name {
            LeavingPlanner.begin(
                occupant, .superseded,
                "\(kept.name) serves until its successor does; \(occupant.name) is wanted no more",
                &draft)
        }
        return true
    }

    private static func stay(_ occupant: Occupant, _ draft: inout PlanDraft) {
        draft.wait(
            occupant.slot, .budgetExhausted,
            "\(occupant.name) stays until \(draft.budget.minAvailable) slots serve; now it is \(draft.available)")
    }

    private static func dropIncoming(_ slot: SlotView, _ draft: inout PlanDraft) {
        guard let incoming = slot.incoming, case .dead(let reason, let message) = incoming.standing else { return }
        fail(incoming, reason, message, &draft)
        dropDead(slot, &draft)
    }

    private static func dropDead(_ slot: SlotView, _ draft: inout PlanDraft) {
        for occupant in slot.outgoing {
            if case .dead(let reason, let message) = occupant.standing { fail(occupant, reason, message, &draft) }
        }
    }

    private static func fail(_ occupant: Occupant, _ reason: Reason, _ message: String, _ draft: inout PlanDraft) {
        draft.recordFailure(slot: occupant.slot, revision: occupant.record.spec.revision, reason, message)
        LeavingPlanner.begin(occupant, reason, "replace \(occupant.name): \(message)", &draft)
    }

    /// Of several that serve, the last to go costs the budget; the others are spare as anywhere else.
    private static func release(_ slot: SlotView, _ draft: inout PlanDraft) {
        var serving = slot.staying.count(where: \.isAvailable)
        for occupant in slot.staying {
            if occupant.isAvailable {
                guard serving > 1 ? draft.mayTakeSpare : draft.mayTakeOneAvailable else {
                    stay(occupant, &draft)
                    continue
                }
                if serving == 1 { draft.takeAvailable() }
                serving -= 1
            }
            LeavingPlanner.begin(occupant, .scaledDown, "the slot is not wanted any more", &draft)
        }
        draft.clearFailure(slot: slot.slot)
    }
}
