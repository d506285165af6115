internal import ProviderInterface

/// The deterministic names of an installation's objects. The engine refuses a second object of a name, which makes the
/// name of an instance that mounts volumes a fence around them.
struct ObjectNames: Sendable {
    let installationID: String

    private var prefix: String { "imm_\(installationID)_" }

    var identityMarker: String { prefix + "identity" }

    /// By the slot's first volume where there is one, so that the name follows the volume.
    func container(_ handle: InstanceHandle) -> String { prefix + (handle.fenceVolumeUID ?? handle.uid) }

    /// Whether we could have named it so: a container that copies our labels has another name.
    func isOwn(_ instance: ObservedInstance) -> Bool {
        ([instance.uid] + instance.volumeUIDs).contains { prefix + $0 == instance.name }
    }

    func snapshot(_ handle: SnapshotHandle) -> String { "\(prefix)snapshot_\(handle.uid)_\(handle.attempt)" }

    /// The containers of a copy: one that reads, and one that writes.
    func copyReader(_ uid: String) -> String { "\(prefix)copy_\(uid)_from" }
    func copyWriter(_ uid: String) -> String { "\(prefix)copy_\(uid)_to" }

    func volume(uid: String) -> String { prefix + uid }

    /// The uid of a volume of ours; nil for any other name.
    func volumeUID(of name: String) -> String? {
        name.hasPrefix(prefix) && name != identityMarker ? String(name.dropFirst(prefix.count)) : nil
    }
}
