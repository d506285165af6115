import Ambient
import InfraAPI

/// The way of an incoming occupant: image prepared, record made, volumes attached, launched, ready, available.
enum IncomingPlanner {
    /// An outgoing occupant is to be replaced. Nothing is drained before the image is there.
    static func prepare(_ slot: SlotView, among slots: [SlotView], _ draft: inout PlanDraft) {
        guard let desired = slot.desired, let outgoing = slot.outgoing.last else { return }
        guard !backingOff(slot, desired, &draft), isPrepared(desired, slot: slot.slot, &draft) else { return }
        guard VolumePlanner.ready(slot: slot.slot, for: desired, draft) != nil else {
            draft.wait(slot.slot, .provisioningVolume, "the volumes of \(desired.metadata.name) are not ready yet")
            return
        }
        let reason: Reason =
            switch outgoing.record.spec.revision {
            case desired.metadata.name: slot.isToBeRestored ? .restoreRequested : .restarted
            case draft.rejected: .rolledBack
            default: .newRevision
            }
        let message = "replace \(outgoing.name) (\(outgoing.record.spec.revision)) by \(desired.metadata.name)"
        if outgoing.isAvailable, let failing = failing(desired, besides: slot, among: slots, draft) {
            draft.wait(
                slot.slot, .crashLooping,
                "\(outgoing.name) stays: slot \(failing.slot) fails on \(desired.metadata.name): \(failing.message)")
        } else if Budget.canSurge(claims: draft.claims, template: desired.spec.template.spec), !outgoing.holdsVolumes,
            draft.budget.maxSurge > 0, draft.mayAddOccupant
        {
            create(slot, desired, reason, message, &draft)
        } else if outgoing.standing == .unknown {
            // It may well serve: only what is known to serve nobody is free to take.
            draft.wait(slot.slot, .providerUnreachable, "nothing is known of \(outgoing.name) yet")
        } else if !outgoing.isAvailable {
            LeavingPlanner.begin(outgoing, reason, message + "; it serves nobody", &draft)
        } else if draft.budget.maxUnavailable > 0, draft.mayTakeOneAvailable {
            draft.takeAvailable()
            LeavingPlanner.begin(outgoing, reason, message, &draft)
        } else {
            draft.wait(
                slot.slot, .budgetExhausted,
                "\(message): \(draft.available) of \(draft.budget.replicas) available, "
                    + "at least \(draft.budget.minAvailable) needed; \(draft.occupants) of \(draft.budget.maxOccupants) occupants"
            )
        }
    }

    /// Nothing stands in the slot.
    static func fill(_ slot: SlotView, among slots: [SlotView], _ draft: inout PlanDraft) {
        guard let desired = slot.desired else {
            draft.wait(slot.slot, .resolvingImage, "no revision is known yet")
            return
        }
        let strategy = draft.observation.set.spec.strategy.type
        if strategy == .recreate, slots.contains(where: { other in other.occupants.contains { !other.matches($0) } }) {
            draft.wait(slot.slot, .stopping, "Recreate: every instance of the old revision stops first")
            return
        }
        guard !backingOff(slot, desired, &draft), isPrepared(desired, slot: slot.slot, &draft) else { return }
        guard !RestorePlanner.isPending(slot.slot, &draft) else { return }
        guard let volumes = VolumePlanner.ready(slot: slot.slot, for: desired, draft) else {
            draft.wait(slot.slot, .provisioningVolume, "the slot's volumes are not ready yet")
            return
        }
        if let held = volumes.first(where: { $0.status.attachment != nil }), let holder = held.status.attachment {
            draft.wait(
                slot.slot, .volumeHeld,
                "volume \(held.metadata.name) is attached to \(holder.instance), epoch \(holder.epoch)")
            return
        }
        if let unknown = unknownHolder(of: volumes, draft) {
            draft.wait(
                slot.slot, .volumeHeld,
                "\(unknown) holds the slot's volume at provider \(draft.observation.provider.name) and has no record: "
                    + "see status.unknownObjects there, and \"immctl provider destroy\"")
            return
        }
        guard HandoverSnapshots.allow(volumes, desired: desired, slot: slot.slot, &draft) else { return }
        guard draft.mayAddOccupant else {
            draft.wait(
                slot.slot, .budgetExhausted, "\(draft.occupants) occupants of at most \(draft.budget.maxOccupants)")
            return
        }
        let failed = draft.failure(slot: slot.slot, revision: desired.metadata.name)
        let current = draft.observation.set.status.currentRevision
        if let failed {
            let reason = Reason(rawValue: failed.reason) ?? .couldNotTry
            create(slot, desired, reason, "run \(desired.metadata.name) again after: \(failed.message)", &draft)
        } else if let rejected = draft.rejected, rejected != desired.metadata.name,
            slots.contains(where: { $0.occupants.contains { $0.record.spec.revision == rejected } })
                || draft.failure(slot: slot.slot, revision: rejected) != nil
        {
            create(slot, desired, .rolledBack, "\(desired.metadata.name) takes the place of \(rejected)", &draft)
        } else if let current, current != desired.metadata.name {
            let reason: Reason = current == draft.rejected ? .rolledBack : .newRevision
            create(slot, desired, reason, "\(desired.metadata.name) follows \(current)", &draft)
        } else {
            let reason: Reason =
                current == nil ? .initial : slot.slot >= draft.observation.set.status.replicas ? .scaledUp : .replaced
            create(slot, desired, reason, "the slot is empty: run \(desired.metadata.name)", &draft)
        }
    }

    /// The instance without a record that holds one of the volumes.
    private static func unknownHolder(of volumes: [Volume], _ draft: PlanDraft) -> String? {
        let names = Set(volumes.map(\.metadata.name))
        return draft.observation.volumes.first {
            names.contains($0.record.metadata.name) && $0.unknownHolder != nil
        }?.unknownHolder
    }

    /// A revision that fails in one slot gets no serving occupant of another one.
    private static func failing(
        _ revision: Revision, besides slot: SlotView, among slots: [SlotView], _ draft: PlanDraft
    ) -> SlotFailure? {
        draft.slotFailures.first { failure in
            failure.revision == revision.metadata.name && failure.slot != slot.slot && failure.slot < slots.count
                && !slots[failure.slot].occupants.contains(where: \.isAvailable)
        }
    }

    /// The incoming occupant's own next step.
    static func advance(_ occupant: Occupant, of slot: SlotView, _ draft: inout PlanDraft) {
        switch occupant.standing {
        case .pending where occupant.holdsVolumes: attachAndCreate(occupant, &draft)
        case .created where occupant.holdsVolumes:
            if occupant.record.status.step?.name == .start {
                run(.start, of: occupant, &draft)
            } else {
                draft.add(
                    .intend(instance: occupant.name, .start), slot: occupant.slot, .handover, "start \(occupant.name)")
            }
        case .pending, .created: run(.launch, of: occupant, &draft)
        case .starting:
            let deadline = Duration.seconds(draft.observation.set.spec.progressDeadlineSeconds)
            let deadlineAt = (occupant.waitedForSince(of: slot.desired) ?? draft.now) + deadline
            let trouble = occupant.view.readinessTrouble.map { ": \($0)" } ?? ""
            draft.wait(occupant.slot, .notReady, "\(occupant.name) runs and is not ready yet\(trouble)")
            if deadlineAt > draft.now { draft.wake(at: deadlineAt) }
        case .ready(let since):
            let at = since + .seconds(draft.observation.set.spec.minReadySeconds)
            draft.wait(
                occupant.slot, .minReady, "\(occupant.name) is ready, and available at \(at.rfc3339Seconds)", until: at)
        case .unknown:
            draft.wait(occupant.slot, .providerUnreachable, "nothing is known of \(occupant.name) yet")
        case .available, .dead: break
        }
    }

    private static func attachAndCreate(_ occupant: Occupant, _ draft: inout PlanDraft) {
        let revision = draft.observation.revisions.first { $0.metadata.name == occupant.record.spec.revision }
        guard let revision, let volumes = VolumePlanner.ready(slot: occupant.slot, for: revision, draft) else {
            draft.wait(occupant.slot, .provisioningVolume, "the slot's volumes are not ready yet")
            return
        }
        let uid = occupant.record.metadata.uid
        if let held = volumes.first(where: { ($0.status.attachment.map { $0.instanceUID != uid }) ?? false }) {
            draft.wait(
                occupant.slot, .volumeHeld,
                "volume \(held.metadata.name) is attached to \(held.status.attachment?.instance ?? "")")
            return
        }
        if let copied = volumes.first(where: { $0.status.copy != nil }), let copy = copied.status.copy {
            draft.wait(
                occupant.slot, .snapshotting, "volume \(copied.metadata.name) is being copied (\(copy.snapshot))")
            return
        }
        let free = volumes.filter { $0.status.attachment == nil }
        // The epoch was chosen when the record was made; a volume that moved on since makes it stale.
        guard free.allSatisfy({ $0.status.epoch < occupant.record.spec.epoch }) else {
            LeavingPlanner.begin(occupant, .superseded, "epoch \(occupant.record.spec.epoch) is over", &draft)
            return
        }
        if free.isEmpty {
            run(.create, of: occupant, &draft)
        } else {
            draft.add(
                .attachVolumes(
                    free.map(\.metadata.name), instance: occupant.name, uid: uid, epoch: occupant.record.spec.epoch),
                slot: occupant.slot, .handover, "epoch \(occupant.record.spec.epoch) begins: \(occupant.name) may write"
            )
        }
    }

    private static func run(_ step: InstanceStep.Name, of occupant: Occupant, _ draft: inout PlanDraft) {
        switch occupant.view.execution(of: step) {
        case .notStarted:
            draft.add(
                .execute(instance: occupant.name, step), slot: occupant.slot, .resumed, "\(step.verb) \(occupant.name)")
            draft.wait(occupant.slot, .starting, "\(step.gerund) \(occupant.name)")
        case .inFlight, .succeeded:
            draft.wait(occupant.slot, .starting, "\(step.gerund) \(occupant.name)")
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(
                occupant.slot, .couldNotTry, "\(step.gerund) \(occupant.name): \(failure.message)", until: retryAt)
            if retryAt <= draft.now {
                draft.add(
                    .execute(instance: occupant.name, step), slot: occupant.slot, .couldNotTry,
                    "\(step.verb) \(occupant.name) again")
            }
        }
    }

    private static func create(
        _ slot: SlotView, _ desired: Revision, _ reason: Reason, _ message: String, _ draft: inout PlanDraft
    ) {
        let volumes = VolumePlanner.ready(slot: slot.slot, for: desired, draft) ?? []
        var spec = InstanceSpec()
        spec.set = draft.observation.set.metadata.name
        spec.slot = slot.slot
        spec.revision = desired.metadata.name
        spec.revisionHash = desired.spec.hash
        spec.provider = draft.observation.provider.name
        spec.epoch = volumes.isEmpty ? 0 : (volumes.map(\.status.epoch).max() ?? 0) + 1
        spec.restartToken =
            slot.restartToken ?? draft.observation.set.metadata.annotations[RevisionChoice.restartAnnotation]
        draft.add(.createInstance(spec), slot: slot.slot, reason, message)
        draft.addOccupant()
    }

    /// Whether the slot waits after failures of this revision.
    private static func backingOff(_ slot: SlotView, _ desired: Revision, _ draft: inout PlanDraft) -> Bool {
        guard let failure = draft.failure(slot: slot.slot, revision: desired.metadata.name) else { return false }
        let retryAt = ReplacementBackoff.retryAt(failure)
        guard retryAt > draft.now else { return false }
        let reason: SlotWait.Reason = failure.reason == Reason.couldNotTry.rawValue ? .couldNotTry : .crashLooping
        draft.wait(
            slot.slot, reason,
            "failed \(failure.count) time\(failure.count == 1 ? "" : "s") on \(desired.metadata.name), next try at \(retryAt.rfc3339Seconds): \(failure.message)",
            until: retryAt)
        return true
    }

    private static func isPrepared(_ revision: Revision, slot: Int, _ draft: inout PlanDraft) -> Bool {
        let image = revision.spec.template.spec.image
        let asked = draft.steps.contains { $0.step == .prepareImage(image) }
        switch draft.observation.images[image] ?? .notStarted {
        case .succeeded: return true
        case .inFlight: draft.wait(slot, .preparingImage, "making image \(image) present")
        case .notStarted:
            if !asked { draft.add(.prepareImage(image), slot: nil, .newRevision, "make image \(image) present") }
            draft.wait(slot, .preparingImage, "making image \(image) present")
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(slot, .imageUnavailable, "image \(image): \(failure.message)", until: retryAt)
            if retryAt <= draft.now, !asked {
                draft.add(.prepareImage(image), slot: nil, .couldNotTry, "pull image \(image) again")
            }
        }
        return false
    }
}
