import Ambient
import InfraAPI

/// How an occupant that was told to go gets on: stop, destroy, receipt, forget. From here there is no way back.
enum LeavingPlanner {
    static func advance(_ slot: SlotView, _ draft: inout PlanDraft) {
        for occupant in slot.leaving { advance(occupant, &draft) }
    }

    static func advance(_ occupant: Occupant, _ draft: inout PlanDraft) {
        guard occupant.holdsVolumes else {
            run(.retire, of: occupant, &draft)
            return
        }
        let isOverdue = isOverdue(occupant, &draft)
        if occupant.mayRun, !isOverdue {
            if occupant.record.status.step?.name == .stop {
                run(.stop, of: occupant, &draft)
            } else {
                draft.add(
                    .intend(instance: occupant.name, .stop), slot: occupant.slot, .handover,
                    "stop \(occupant.name) before its volumes move")
            }
        } else if !occupant.record.isBeingDeleted {
            draft.add(
                .deleteInstance(occupant.name), slot: occupant.slot, isOverdue ? .stopOverdue : .handover,
                isOverdue
                    ? "\(occupant.name) did not stop in time: fence it, by a destruction that is confirmed"
                    : "\(occupant.name) is stopped; destroy it for the receipt")
        } else {
            run(.destroy, of: occupant, &draft)
        }
    }

    /// What a stop may take beyond the grace period before the way on is to fence: to destroy, and to read that it is gone.
    static let stopMargin = Duration.seconds(60)

    /// Whether a stop has failed for longer than it may take. One that is under way is bounded by the provider.
    private static func isOverdue(_ occupant: Occupant, _ draft: inout PlanDraft) -> Bool {
        guard let step = occupant.record.status.step, step.name == .stop,
            case .failed = occupant.view.execution(of: .stop)
        else { return false }
        let revision = draft.observation.revisions.first { $0.metadata.name == occupant.record.spec.revision }
        let grace = revision?.spec.template.spec.terminationGracePeriodSeconds ?? 30
        let deadline = step.startedAt + .seconds(grace) + stopMargin
        draft.wake(at: deadline)
        return deadline <= draft.now
    }

    /// Begins telling an occupant to go: the first stored intent of its end.
    static func begin(_ occupant: Occupant, _ reason: Reason, _ message: String, _ draft: inout PlanDraft) {
        if occupant.holdsVolumes, occupant.mayRun {
            draft.add(.intend(instance: occupant.name, .stop), slot: occupant.slot, reason, message)
        } else {
            draft.add(.deleteInstance(occupant.name), slot: occupant.slot, reason, message)
        }
    }

    private static func run(_ step: InstanceStep.Name, of occupant: Occupant, _ draft: inout PlanDraft) {
        let waiting: SlotWait.Reason = step == .destroy ? .awaitingReceipt : .stopping
        switch occupant.view.execution(of: step) {
        case .notStarted:
            draft.add(
                .execute(instance: occupant.name, step), slot: occupant.slot, .handover, "\(step.verb) \(occupant.name)"
            )
            draft.wait(occupant.slot, waiting, "\(step.gerund) \(occupant.name)")
        case .inFlight, .succeeded(.done):
            draft.wait(occupant.slot, waiting, "\(step.gerund) \(occupant.name)")
        case .succeeded(.destroyed(let destruction)):
            finish(occupant, destruction, &draft)
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(occupant.slot, waiting, "\(step.gerund) \(occupant.name): \(failure.message)", until: retryAt)
            if retryAt <= draft.now {
                draft.add(
                    .execute(instance: occupant.name, step), slot: occupant.slot, .couldNotTry,
                    "\(step.verb) \(occupant.name) again")
            }
        }
    }

    /// The receipt first, the record last: whoever restarts in between finds the intent and reads again.
    private static func finish(_ occupant: Occupant, _ destruction: Destruction, _ draft: inout PlanDraft) {
        let held = draft.observation.volumes.map(\.record).filter {
            $0.status.attachment?.instanceUID == occupant.record.metadata.uid
        }
        if !held.isEmpty {
            var receipt = DetachReceipt()
            receipt.epoch = occupant.record.spec.epoch
            receipt.instance = occupant.name
            receipt.instanceUID = occupant.record.metadata.uid
            receipt.proof =
                occupant.record.status.providerID == nil && destruction.providerID == nil ? .neverCreated : .destroyed
            receipt.providerIdentity = destruction.providerIdentity
            receipt.providerID = destruction.providerID ?? occupant.record.status.providerID
            receipt.acknowledgedAt = destruction.acknowledgedAt
            receipt.readAt = destruction.readAt
            receipt.lastWritableAt = destruction.lastWritableAt ?? occupant.record.status.finishedAt
            draft.add(
                .detachVolumes(held.map(\.metadata.name), receipt), slot: occupant.slot, .handover,
                "\(occupant.name) was read to be gone: epoch \(receipt.epoch) is over")
        }
        draft.add(.forgetInstance(occupant.name), slot: occupant.slot, .handover, "\(occupant.name) is gone")
    }
}

extension InstanceStep.Name {
    var verb: String {
        switch self {
        case .launch: "launch"
        case .create: "create"
        case .start: "start"
        case .retire: "retire"
        case .stop: "stop"
        case .destroy: "destroy"
        }
    }

    var gerund: String {
        switch self {
        case .launch: "launching"
        case .create: "creating"
        case .start: "starting"
        case .retire: "retiring"
        case .stop: "stopping"
        case .destroy: "destroying"
        }
    }
}
