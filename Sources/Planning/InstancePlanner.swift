import Ambient
import InfraAPI

/// Brings what was learned of the instances into their records.
enum InstancePlanner {
    static func absorb(_ slot: SlotView, _ draft: inout PlanDraft) {
        for occupant in slot.occupants {
            // The record of one that leaves without volumes has no reader any more; its end is the finalizer's.
            if occupant.isLeaving, !occupant.holdsVolumes { continue }
            // Launching goes through here in a moment; a record of it would be a write that nobody reads.
            if occupant.standing == .created, !occupant.holdsVolumes { continue }
            let status = absorbed(occupant, identity: draft.observation.provider.identity, now: draft.now)
            if status != occupant.record.status {
                draft.add(
                    .recordInstance(occupant.name, status), slot: slot.slot, .observed,
                    "\(occupant.name) is \(status.phase)")
            }
            recordGap(occupant, &draft)
        }
    }

    static func absorbed(_ occupant: Occupant, identity: String, now: Timestamp) -> InstanceStatus {
        let view = occupant.view
        var status = view.record.status
        if let observed = view.observed {
            if status.providerID == nil { status.providerIdentity = identity }
            status.providerID = observed.providerID
            status.imageDigest = observed.imageDigest ?? status.imageDigest
            status.address = observed.address
            status.ports = observed.ports
            status.startedAt = observed.startedAt ?? status.startedAt
            status.finishedAt = observed.finishedAt ?? status.finishedAt
        }
        if case .exited(let code) = view.fact { status.exitCode = code }
        switch occupant.standing {
        case .dead(let reason, let message):
            status.readySince = nil
            status.reason = reason.rawValue
            status.message = message
        case .ready, .available, .starting: status.readySince = Occupant.readySince(view)
        case .pending, .created, .unknown: break
        }
        if occupant.isAvailable { status.availableAt = status.availableAt ?? now }
        status.phase = phase(occupant)
        return status
    }

    private static func phase(_ occupant: Occupant) -> String {
        if occupant.isLeaving {
            // What it was told does not show again until it is gone.
            return occupant.mayRun ? "Stopping" : "Stopped"
        }
        switch occupant.standing {
        case .pending: return "Pending"
        case .created: return "Created"
        case .starting: return "Running"
        case .ready: return "Ready"
        case .available: return "Available"
        case .dead: return "Failed"
        case .unknown: return occupant.record.status.phase
        }
    }

    /// The gap of the handover that made this occupant: from the last writable moment of the outgoing one to its being ready.
    private static func recordGap(_ occupant: Occupant, _ draft: inout PlanDraft) {
        guard occupant.record.spec.epoch > 1, !occupant.isLeaving, let ready = Occupant.readySince(occupant.view) else {
            return
        }
        let epoch = occupant.record.spec.epoch
        let volumes = draft.observation.volumes.map(\.record).filter {
            $0.status.attachment?.instanceUID == occupant.record.metadata.uid && $0.status.lastGapEpoch != epoch
        }
        // Of a forced end nobody knows when the last write was.
        guard let receipt = volumes.compactMap({ $0.status.receipts.last }).max(by: { $0.readAt < $1.readAt }),
            receipt.proof != .forced
        else { return }
        let (seconds, attoseconds) = (ready - (receipt.lastWritableAt ?? receipt.acknowledgedAt)).components
        let milliseconds = Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        draft.add(
            .recordGap(volumes: volumes.map(\.metadata.name), epoch: epoch, milliseconds: max(0, milliseconds)),
            slot: occupant.slot, .observed, "the handover to \(occupant.name) took \(max(0, milliseconds)) ms")
    }
}
