import InfraAPI

/// How far the replacement in one slot is; what `rollout status` tells in a pipe, a line a phase.
struct SlotPhase: Sendable, Hashable {
    enum Phase: Sendable, Hashable {
        /// The old occupant goes; the new one is not there yet.
        case leaving
        case starting
        case ready
        case available
        case failed(String)
    }

    var slot: Int
    var instance: String
    var phase: Phase

    /// The slots in which something happens, or has happened, for `revision`.
    static func phases(of occupants: [SetOccupants], revision: String?) -> [SlotPhase] {
        Dictionary(grouping: occupants, by: \.slot).sorted { $0.key < $1.key }.compactMap { slot, occupants in
            let instances = occupants.map(\.instance)
            if let new = instances.last(where: { $0.spec.revision == revision && !$0.isBeingDeleted }) {
                return SlotPhase(slot: slot, instance: new.name, phase: phase(of: new))
            }
            guard let old = instances.first(where: { $0.isBeingDeleted || $0.status.step?.name == .stop }) else {
                return nil
            }
            return SlotPhase(slot: slot, instance: old.name, phase: .leaving)
        }
    }

    private static func phase(of instance: Instance) -> Phase {
        let status = instance.status
        switch status.phase {
        case "Available": return .available
        case "Failed", "Stopped":
            let why = [status.reason, status.message].compactMap { $0?.isEmpty ?? true ? nil : $0 }
            return .failed(why.joined(separator: ": "))
        default: return status.readySince == nil ? .starting : .ready
        }
    }

    var line: String {
        let what: String =
            switch phase {
            case .leaving: "leaves"
            case .starting: "starts"
            case .ready: "is ready"
            case .available: "is available"
            case .failed(let why): why.isEmpty ? "failed" : "failed: \(why)"
            }
        return "slot \(slot): \(instance) \(what)".singleLine
    }
}
