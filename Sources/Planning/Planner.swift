import Ambient
import InfraAPI

/// Decides what is to be done for one set. Pure: the same observation gives the same plan.
///
/// The way a plan is made reads from top to bottom: whether the revision on trial failed, which one is wanted, which volumes the slots need, how those who
/// were told to go get on, what each slot does next, and what all that means for the set's status.
public enum Planner {
    public static func plan(_ observation: SetObservation) -> Plan {
        if observation.set.isBeingDeleted { return teardown(observation) }
        let trial = Trial(observation)
        let restores = RestoreIntake(trial.observation)
        let observation = restores.observation
        let revisions = RevisionChoice(observation)
        let slots = slots(observation, revisions)
        let budget = budget(observation, revisions)
        var draft = PlanDraft(
            observation, budget: budget, rejected: revisions.rejected?.metadata.name,
            available: slots.count { $0.occupants.contains(where: \.isAvailable) },
            occupants: slots.reduce(0) { $0 + $1.occupants.count { !$0.isDispossessed } },
            storedRestores: restores.stored)

        planFinalizer(&draft)
        for planned in trial.steps + restores.steps { draft.add(planned) }
        if let rollback = revisions.newRollback { draft.add(rollback) }
        // Whatever else it waits for: this ends only when somebody decides.
        if let wait = revisions.verdictWait { draft.wait(nil, wait.reason, wait.message) }
        ForceDetachPlanner.plan(&draft)
        if blocked(&draft) == nil {
            revisions.plan(&draft)
            adoptOrphans(slots, &draft)
            VolumePlanner.plan(slots: slots, &draft)
            for slot in slots { InstancePlanner.absorb(slot, &draft) }
            for slot in slots { LeavingPlanner.advance(slot, &draft) }
            for slot in inOrderOfReplacement(slots) { SlotPlanner.plan(slot, among: slots, &draft) }
            VerdictPlanner.plan(slots, revisions, &draft)
        }
        let status = StatusSummary.status(slots: slots, revisions: revisions, draft: draft)
        return Plan(steps: draft.steps, waits: draft.waits, status: status, wakeAt: draft.wakeAt)
    }

    /// Why no effect can be begun at all, as a wait of the set; nil when the provider is there.
    @discardableResult
    static func blocked(_ draft: inout PlanDraft) -> SlotWait.Reason? {
        let name = draft.observation.provider.name
        let (reason, message): (SlotWait.Reason, String)
        switch draft.observation.provider.health {
        case .reachable: return nil
        case .unreachable(let why):
            (reason, message) = (.providerUnreachable, "provider \(name) does not answer: \(why)")
        case .identityChanged(let why):
            (reason, message) = (.providerIdentityChanged, "provider \(name) is not the one it was: \(why)")
        case .foreignInstallation(let why): (reason, message) = (.foreignInstallation, why)
        case .missing(let why): (reason, message) = (.providerMissing, why)
        }
        draft.wait(nil, reason, message)
        return reason
    }

    private static func planFinalizer(_ draft: inout PlanDraft) {
        guard !draft.observation.set.metadata.finalizers.contains(Instance.providerFinalizer) else { return }
        draft.add(.addFinalizer, slot: nil, .initial, "so that deletion waits for the instances to be gone")
    }

    /// Budget of the wanted template; that of the newest revision while the template is not resolved.
    private static func budget(_ observation: SetObservation, _ revisions: RevisionChoice) -> Budget {
        let spec = observation.set.spec
        return Budget(
            spec, claims: spec.volumeClaimTemplates, template: (revisions.target?.spec.template ?? spec.template).spec)
    }

    static func slots(_ observation: SetObservation, _ revisions: RevisionChoice) -> [SlotView] {
        let set = observation.set
        let minReady = Duration.seconds(set.spec.minReadySeconds)
        let dispossessed = ForceDetachPlanner.dispossessed(observation.volumes)
        let occupants = observation.instances
            .map { view in
                Occupant(
                    view, minReady: minReady, isDispossessed: dispossessed.contains(view.record.metadata.uid),
                    now: observation.now)
            }
            .sorted {
                ($0.record.metadata.creationTimestamp ?? .epoch, $0.name) < (
                    $1.record.metadata.creationTimestamp ?? .epoch, $1.name
                )
            }
        let bySlot = Dictionary(grouping: occupants, by: \.slot)
        let copied = Set(
            observation.volumes.compactMap { $0.record.status.copy == nil ? nil : $0.record.spec.claim?.slot })
        let restored = Set(set.status.restores.map(\.slot))
        let last = max(set.spec.replicas, (bySlot.keys.max() ?? -1) + 1)
        return (0..<last).map { slot in
            let here = bySlot[slot] ?? []
            return SlotView(
                slot: slot, desired: revisions.desired(slot: slot, occupants: here),
                restartToken: revisions.restartToken(slot: slot),
                occupants: here, isRemoved: slot >= set.spec.replicas, isCopied: copied.contains(slot),
                isToBeRestored: restored.contains(slot) && !revisions.keeps(slot: slot))
        }
    }

    /// Slots that serve nobody first (they cost nothing), then from the highest slot down, as with `partition`.
    private static func inOrderOfReplacement(_ slots: [SlotView]) -> [SlotView] {
        let unavailable = slots.filter { !$0.occupants.contains(where: \.isAvailable) }
        let available = slots.filter { $0.occupants.contains(where: \.isAvailable) }
        return unavailable + available.reversed()
    }

    /// Instances that a deleted set left running (`--cascade=orphan`) are occupants of the set of that name again.
    private static func adoptOrphans(_ slots: [SlotView], _ draft: inout PlanDraft) {
        for slot in slots {
            for occupant in slot.occupants where occupant.record.metadata.ownerReferences.isEmpty {
                draft.add(
                    .adoptInstance(occupant.name), slot: slot.slot, .adopted,
                    "\(occupant.name) runs unmanaged and belongs here")
            }
        }
    }
}
