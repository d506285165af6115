import Ambient
import InfraAPI

/// One slot: who stands in it, and what it should hold.
struct SlotView {
    let slot: Int
    /// What the slot should run; nil while no revision is known.
    let desired: Revision?
    let restartToken: String?
    /// All occupants, oldest first.
    let occupants: [Occupant]
    let isRemoved: Bool
    /// Whether a volume of it is being copied.
    var isCopied = false
    /// Whether a volume of it is to give its place to one with older data: whoever holds it has to go.
    var isToBeRestored = false

    var staying: [Occupant] { occupants.filter { !$0.isLeaving } }
    var leaving: [Occupant] { occupants.filter(\.isLeaving) }
    /// The newest occupant that is what the slot should hold.
    var incoming: Occupant? { staying.last { matches($0) } }
    /// Occupants that are not, oldest first. A second matching one counts among them: a slot has one holder.
    var outgoing: [Occupant] {
        let incoming = incoming?.name
        return staying.filter { $0.name != incoming }
    }

    func matches(_ occupant: Occupant) -> Bool {
        if isToBeRestored, occupant.holdsVolumes { return false }
        guard let desired else { return true }
        guard occupant.record.spec.revision == desired.metadata.name else { return false }
        return restartToken == nil || occupant.record.spec.restartToken == restartToken
    }

    var state: ReplacementState {
        if let incoming {
            switch incoming.standing {
            case .available: return outgoing.isEmpty ? .settled : .draining
            case .ready: return .verifying
            case .pending, .created, .starting, .unknown: return .starting
            case .dead: return outgoing.isEmpty && leaving.isEmpty ? .settled : .starting
            }
        }
        if !outgoing.isEmpty { return .preparing }
        // Somebody has said that a dispossessed one counts for nothing; its record stays until it is really gone.
        let leaving = leaving.filter { !$0.isDispossessed }
        if leaving.isEmpty { return isCopied ? .snapshotting : .vacant }
        return leaving.contains(where: \.mayRun) ? .stopping : .destroying
    }

    /// - Parameter deadline: `progressDeadlineSeconds` of the set.
    func event(setIsDeleted: Bool, providerIsReachable: Bool, deadline: Duration, now: Timestamp) -> ReplacementEvent {
        if setIsDeleted { return .setDeleted }
        if isRemoved { return .slotRemoved }
        if !providerIsReachable { return .providerUnreachable }
        if let incoming, case .dead(let reason, _) = incoming.standing {
            return reason == .lost ? .incomingLost : .failed
        }
        if outgoing.contains(where: \.isDead) { return .outgoingLost }
        if !superseded.isEmpty { return .superseded }
        if let incoming, !incoming.isAvailable, let since = incoming.waitedForSince(of: desired),
            since + deadline <= now
        {
            return .deadline
        }
        return .ok
    }

    /// Occupants of an older desired state that never came into service. An outgoing one that is merely unready now is
    /// no such case: it served once, and is replaced by the ordinary path.
    var superseded: [Occupant] {
        outgoing.filter { $0.record.status.readySince == nil && !$0.isAvailable && !matches($0) }
    }
}
