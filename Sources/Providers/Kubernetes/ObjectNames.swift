internal import ProviderInterface

/// The deterministic names of an installation's objects. The API refuses a second object of a name, which makes the name of a
/// Pod that mounts volumes a fence around them.
struct ObjectNames: Sendable {
    /// The name of the container of an instance.
    static let container = "main"

    let installationID: String

    private var prefix: String { "imm-\(installationID)-" }

    /// Whether names made of the id are DNS-1123 names.
    var areLegal: Bool {
        let bytes = Array(installationID.utf8)
        return (1...63).contains(bytes.count)
            && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// By the slot's first volume where there is one, so that the name follows the volume.
    func pod(_ handle: InstanceHandle) -> String { prefix + (handle.fenceVolumeUID ?? handle.uid) }

    /// Whether we could have named it so: a Pod that copies our labels has another name.
    func isOwn(_ instance: ObservedInstance) -> Bool {
        ([instance.uid] + instance.volumeUIDs).contains { prefix + $0 == instance.name }
    }

    /// The Secret with an instance's files and secret variables.
    func contents(instanceUID: String) -> String { prefix + instanceUID }

    func claim(volumeUID: String) -> String { prefix + volumeUID }

    /// The uid of a volume of ours; nil for any other claim.
    func volumeUID(ofClaim name: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }
}

/// Where an instance's Pod is: the provider's own id of it, `namespace/name/uid`.
struct PodID: Sendable, Hashable, CustomStringConvertible {
    let namespace: String
    let name: String
    let uid: String

    init(namespace: String, name: String, uid: String) {
        (self.namespace, self.name, self.uid) = (namespace, name, uid)
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(namespace: parts[0], name: parts[1], uid: parts[2])
    }

    var description: String { "\(namespace)/\(name)/\(uid)" }
}

/// `namespace/name` of a set, taken apart.
struct SetName: Sendable, Hashable {
    let namespace: String
    let name: String

    init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        namespace = parts.count == 2 ? parts[0] : "default"
        name = parts.last ?? ""
    }
}
