internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// The labels of law L6, the annotations beside them, and what is written into and read from them.
///
/// A label's value cannot hold `namespace/name`: a set's namespace is the object's own, and the label holds the name.
enum ObjectLabels {
    static let prefix = "imm.dev/"
    static let installation = "imm.dev/installation"
    static let uid = "imm.dev/uid"
    static let set = "imm.dev/set"
    static let slot = "imm.dev/slot"
    static let revision = "imm.dev/revision"
    static let epoch = "imm.dev/epoch"
    /// On claims: what a record is made of when there is none.
    static let claim = "imm.dev/claim"

    /// Annotation of a Pod: the whole hash of its revision.
    static let revisionHash = "imm.dev/revision-hash"
    /// Annotation of a claim: the Pod that may write on it (see `VolumeHold`).
    static let holder = "imm.dev/holder"

    /// Keeps a Pod until it is proven that nothing of it runs.
    static let receiptFinalizer = "imm.dev/receipt"
    /// The scheduling gate whose removal is the start.
    static let startGate = "imm.dev/start"

    static func instance(_ creation: InstanceCreation, installationID: String) -> [String: String] {
        // Labels of the template come along, for Services and people; ours cannot be overridden by them.
        var labels = creation.template.labels.filter { !$0.key.hasPrefix(prefix) }
        labels[installation] = installationID
        labels[uid] = creation.handle.uid
        labels[set] = SetName(creation.set).name
        labels[slot] = String(creation.slot)
        labels[revision] = creation.revision
        labels[epoch] = String(creation.handle.epoch)
        return labels
    }

    static func volume(_ creation: VolumeCreation, installationID: String) -> [String: String] {
        var labels = [
            installation: installationID, uid: creation.uid, set: SetName(creation.set).name,
            slot: String(creation.slot),
        ]
        labels[claim] = creation.claim
        return labels
    }
}

extension JSONValue {
    /// An object of strings.
    init(_ map: [String: String]) {
        self = .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    func text(_ path: String...) -> String { self[path: path]?.stringValue ?? "" }

    func list(_ path: String...) -> [JSONValue] { self[path: path]?.arrayValue ?? [] }

    /// A map of strings, for instance labels.
    func map(_ path: String...) -> [String: String] {
        var map: [String: String] = [:]
        for member in self[path: path]?.objectValue?.members ?? [] { map[member.key] = member.value.stringValue }
        return map
    }
}
