import Ambient
import InfraAPI

/// The set's status and conditions, computed from the slots alone, so that an unchanged world writes nothing.
enum StatusSummary {
    static func status(slots: [SlotView], revisions: RevisionChoice, draft: PlanDraft) -> InstanceSetStatus {
        let observation = draft.observation
        var status = observation.set.status
        let staying = slots.flatMap(\.staying)
        status.observedGeneration = observation.set.metadata.generation
        status.provider = observation.provider.name.isEmpty ? status.provider : observation.provider.name
        status.replicas = slots.reduce(0) { $0 + $1.occupants.count }
        status.readyReplicas = staying.count { $0.isReady }
        status.updatedReplicas = staying.count {
            $0.record.spec.revision == (revisions.target?.metadata.name ?? revisions.updateRevision)
        }
        status.availableReplicas = staying.count(where: \.isAvailable)
        status.selector = "\(Labels.set)=\(observation.set.metadata.name)"
        status.slotFailures = draft.slotFailures
        if !revisions.isUnresolved {
            status.updateRevision = revisions.updateRevision
            status.targetRevision = revisions.target?.metadata.name ?? revisions.updateRevision
            status.resolvedTemplateHash = observation.templateHash
            status.resolveToken = revisions.resolveToken
            status.retryToken = revisions.askedRetry
            if !observation.set.spec.paused, !revisions.isStopped { status.restartToken = revisions.askedRestart }
        }
        let complete = isComplete(slots, revisions, draft)
        if complete, let target = revisions.target { status.currentRevision = target.metadata.name }
        status.lastProvenRevision = revisions.lastProven?.metadata.name
        setConditions(
            &status.conditions, complete: complete && revisions.rejected == nil, draft: draft,
            available: status.availableReplicas)
        return status
    }

    /// Every slot is settled on what it should hold, and the target is what they hold.
    private static func isComplete(_ slots: [SlotView], _ revisions: RevisionChoice, _ draft: PlanDraft) -> Bool {
        guard !revisions.isUnresolved, draft.observation.provider.health == .reachable else { return false }
        return slots.allSatisfy { slot in
            if slot.isRemoved { return slot.occupants.isEmpty }
            return slot.state == .settled && slot.leaving.isEmpty && slot.incoming?.isAvailable == true
                && slot.incoming?.record.spec.revision == revisions.target?.metadata.name
        }
    }

    /// Conditions as kstatus reads them: Ready always; Reconciling and Stalled only while True, and never both (kstatus
    /// stops at the first).
    private static func setConditions(
        _ conditions: inout [Condition], complete: Bool, draft: PlanDraft, available: Int
    ) {
        let observation = draft.observation
        let generation = observation.set.metadata.generation
        func condition(_ type: String, _ status: Condition.Status, _ reason: String, _ message: String) -> Condition {
            Condition(
                type: type, status: status, reason: reason, message: message, observedGeneration: generation,
                at: draft.now)
        }
        let replicas = observation.set.spec.replicas
        let stalled = draft.waits.first { $0.reason.isStalled(draft.slotFailures) }
        let held = draft.waits.first { $0.reason == .paused } ?? pausedWait(draft)
        let first = stalled ?? draft.waits.first
        if complete {
            conditions.set(
                condition("Ready", .true, "Settled", "\(available) of \(replicas) available on the wanted revision"))
        } else {
            let reason = stalled?.reason.rawValue ?? held?.reason.rawValue ?? "Progressing"
            conditions.set(
                condition("Ready", .false, reason, first.map(sentence) ?? "\(available) of \(replicas) available"))
        }
        if let stalled {
            conditions.set(condition("Stalled", .true, stalled.reason.rawValue, sentence(stalled)))
        } else {
            conditions.remove(type: "Stalled")
        }
        if complete || held != nil || stalled != nil {
            conditions.remove(type: "Reconciling")
        } else {
            conditions.set(
                condition(
                    "Reconciling", .true, first?.reason.rawValue ?? "Progressing",
                    first.map(sentence) ?? "replacing instances"))
        }
        let enough = available >= draft.budget.minAvailable
        conditions.set(
            condition(
                "Available", enough ? .true : .false, enough ? "MinimumAvailable" : "TooFewAvailable",
                "at least \(draft.budget.minAvailable) of \(replicas) must be available"))
        let failed = draft.waits.first { $0.reason.endsRollout }
        conditions.set(
            condition(
                "Progressing", failed == nil ? .true : .false,
                failed?.reason.rawValue ?? (complete ? "Complete" : "Replacing"),
                failed.map(sentence) ?? (complete ? "the roll-out is complete" : "the roll-out goes on")))
        conditions.sort { $0.type < $1.type }
    }

    /// Only the pause or the partition keeps the set from what was asked for.
    private static func pausedWait(_ draft: PlanDraft) -> SlotWait? {
        let set = draft.observation.set
        guard draft.waits.isEmpty, draft.steps.isEmpty else { return nil }
        if set.spec.paused { return SlotWait(slot: nil, .paused, "the set is paused") }
        if set.spec.strategy.partition != nil {
            return SlotWait(slot: nil, .partitioned, "slots below the partition keep their revision")
        }
        return nil
    }

    static func terminating(_ observation: SetObservation, waits: [SlotWait]) -> [Condition] {
        var conditions = observation.set.status.conditions
        let message = waits.first.map(sentence) ?? "every instance is gone"
        conditions.set(
            Condition(
                type: "Ready", status: .false, reason: SlotWait.Reason.terminating.rawValue, message: message,
                observedGeneration: observation.set.metadata.generation, at: observation.now))
        conditions.sort { $0.type < $1.type }
        return conditions
    }

    private static func sentence(_ wait: SlotWait) -> String {
        let text = wait.slot.map { "slot \($0): \(wait.message)" } ?? wait.message
        return String(text.prefix(1024))
    }
}

extension Occupant {
    var isReady: Bool {
        switch standing {
        case .ready, .available: true
        case .pending, .created, .starting, .dead, .unknown: false
        }
    }
}

extension SlotWait.Reason {
    /// What was asked for last did not come about: `rollout status` ends.
    var endsRollout: Bool { self == .progressDeadlineExceeded || self == .rolledBack || self == .rejected }

    /// Waits that end only when somebody does something, or at a stated retry: kstatus' Stalled.
    func isStalled(_ failures: [SlotFailure]) -> Bool {
        switch self {
        case .crashLooping, .couldNotTry:
            failures.contains { $0.count >= ReplacementBackoff.crashLoopThreshold } || self == .couldNotTry
        case .imageUnavailable, .progressDeadlineExceeded, .providerIdentityChanged, .providerMissing,
            .foreignInstallation,
            .rolledBack, .rejected:
            true
        case .resolvingImage, .preparingImage, .provisioningVolume, .resizingVolume, .snapshotting, .volumeHeld,
            .budgetExhausted,
            .starting, .notReady,
            .minReady,
            .stopping, .awaitingReceipt, .paused, .partitioned, .providerUnreachable, .terminating, .orphaning:
            false
        }
    }
}

/// Labels of records, the same as those of engine objects (law L6).
public enum Labels {
    public static let set = "imm.dev/set"
    public static let slot = "imm.dev/slot"
    public static let revision = "imm.dev/revision"
}
