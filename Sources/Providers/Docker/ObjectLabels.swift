internal import InfraAPI
internal import ProviderInterface

/// The labels of law L6, and what is written into and read from them.
enum ObjectLabels {
    static let prefix = "imm.dev/"
    static let installation = "imm.dev/installation"
    static let uid = "imm.dev/uid"
    static let set = "imm.dev/set"
    static let slot = "imm.dev/slot"
    static let revision = "imm.dev/revision"
    static let epoch = "imm.dev/epoch"
    /// On volumes: what a record is made of when there is none (law L6).
    static let claim = "imm.dev/claim"
    static let size = "imm.dev/size"
    /// Names of the ports, which the engine does not know: `http=8080/tcp,dns=53/udp`.
    static let ports = "imm.dev/ports"
    /// On copies of volumes: uid of the SlotSnapshot, and the number of the try.
    static let snapshot = "imm.dev/snapshot"
    static let attempt = "imm.dev/attempt"
    /// On containers that are never started, through which a volume's files are reached while it is copied: what for.
    static let copy = "imm.dev/copy"
    /// On the identity marker alone: the random identity.
    static let identity = "imm.dev/identity"

    static func instance(_ creation: InstanceCreation, installationID: String) -> [String: String] {
        // Labels of the template come along, for log collectors and people; ours cannot be overridden by them.
        var labels = creation.template.labels.filter { !$0.key.hasPrefix(prefix) }
        labels[installation] = installationID
        labels[uid] = creation.handle.uid
        labels[set] = creation.set
        labels[slot] = String(creation.slot)
        labels[revision] = creation.revision
        labels[epoch] = String(creation.handle.epoch)
        if !creation.template.spec.ports.isEmpty { labels[ports] = text(of: creation.template.spec.ports) }
        return labels
    }

    static func volume(_ creation: VolumeCreation, installationID: String) -> [String: String] {
        var labels = [
            installation: installationID, uid: creation.uid, set: creation.set, slot: String(creation.slot),
            size: String(creation.size.bytes),
        ]
        labels[claim] = creation.claim
        return labels
    }

    static func snapshot(_ creation: SnapshotCreation, installationID: String) -> [String: String] {
        var labels = [
            installation: installationID, snapshot: creation.handle.uid, attempt: String(creation.handle.attempt),
            epoch: String(creation.epoch),
        ]
        labels[set] = creation.set
        labels[slot] = creation.slot.map { String($0) }
        labels[claim] = creation.claim
        return labels
    }

    private static func text(of ports: [Port]) -> String {
        ports.map { "\($0.name)=\($0.containerPort)/\($0.protocol.engineName)" }.joined(separator: ",")
    }

    /// The named ports that a container's labels tell of, in the order of its template.
    static func ports(in labels: [String: String]) -> [(name: String, port: Int, transport: String)] {
        (labels[ports] ?? "").split(separator: ",").compactMap { entry in
            let parts = entry.split { $0 == "=" || $0 == "/" }
            guard parts.count == 3, let port = Int(parts[1]) else { return nil }
            return (String(parts[0]), port, String(parts[2]))
        }
    }
}

extension Port.NetworkProtocol {
    var engineName: String { self == .udp ? "udp" : "tcp" }
}
