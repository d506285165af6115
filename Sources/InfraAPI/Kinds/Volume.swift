public import Ambient

/// Persistent storage with a life of its own: no ownerReference, never deleted with an instance or a set.
///
/// Named `<claim>-<set>-<slot>` when the controller makes it, so that a re-created set or a scale-up finds the orphan
/// of its slot and claim again.
public struct Volume: APIObject {
    public static let finalizer = "imm.dev/volume"

    public var metadata = ObjectMeta()
    public var spec = VolumeSpec()
    public var status = VolumeStatus()

    public init() {}
}

extension Volume {
    /// Says of the record of a found volume what the provider calls it; the status follows in a write of its own.
    public static let recoveredAnnotation = "imm.dev/recovered-object-uid"

    /// The uid under which the provider knows it.
    public var objectUID: String { status.objectUID ?? metadata.uid }
}

public struct VolumeSpec: Sendable, Hashable {
    /// Name of the Provider that holds the data.
    public var provider = ""
    public var size = Quantity(bytes: 1 << 30)
    public var accessMode = VolumeAccessMode.readWriteOnce
    public var reclaimPolicy = ReclaimPolicy.retain
    /// The place that the volume was made for.
    public var claim: VolumeClaimReference?
    /// What its first content is; nil: nothing.
    public var source: VolumeSource?

    public init() {}
}

/// The copy that a volume is made from.
public struct VolumeSource: Sendable, Hashable {
    /// Name and uid of the SlotSnapshot, in the same namespace.
    public var snapshot = ""
    public var snapshotUID = ""

    public init() {}
}

/// A slot's claim: the place of a volume in a set.
public struct VolumeClaimReference: Sendable, Hashable {
    public var set = ""
    public var slot = 0
    /// Name in `volumeClaimTemplates`.
    public var name = ""

    public init() {}
}

public struct VolumeStatus: Sendable, Hashable {
    /// Printed summary: Pending, Available, Attached, Detaching, Orphaned. Decides nothing.
    public var phase = "Pending"
    /// uid of the InstanceSet that the volume belongs to now; nil means orphaned.
    public var boundSetUID: String?
    public var orphanedAt: Timestamp?
    /// Running time of the controller during which it was orphaned, added up; what the grace of `Delete` counts. Wall-clock
    /// time does not count, nor does time while no controller ran.
    public var orphanedSeconds = 0
    /// Whether the provider has confirmed that the volume exists there.
    public var provisioned = false
    /// What the provider has grown it to; nil: still `spec.size`.
    public var size: Quantity?
    /// The provider's own name of the volume and its identity marker when the volume was made there.
    public var providerID: String?
    public var providerIdentity: String?
    /// uid of the volume's label and name at the provider, where it is not the record's own: of a volume that was found there
    /// without a record.
    public var objectUID: String?
    /// Number of the newest attachment; grows with each handover, never goes back.
    public var epoch = 0
    /// Who may write now. Stored before the effect that attaches; removed only with a receipt.
    public var attachment: VolumeAttachment?
    /// Name of the revision whose instance was attached last.
    public var revision: String?
    /// The copy that is being made of it: stored before the effect that copies, removed only when that is over. While it stands
    /// nobody is attached; while somebody is attached it does not begin.
    public var copy: VolumeCopy?
    /// Number of the newest try to make it from its source; each has an object of its own at the provider.
    public var restoreAttempt = 0
    /// The last 10 receipts, newest last.
    public var receipts: [DetachReceipt] = []
    /// From the last writable moment of the outgoing instance to the incoming one being ready, of the last handover.
    public var lastGapMilliseconds: Int?
    /// The epoch that `lastGapMilliseconds` was measured at the beginning of.
    public var lastGapEpoch: Int?
    public var conditions: [Condition] = []

    public init() {}
}

public struct VolumeAttachment: Sendable, Hashable {
    public var instance = ""
    public var instanceUID = ""
    public var epoch = 0
    public var attachedAt = Timestamp.epoch

    public init() {}
}

/// What holds a volume while it is copied.
public struct VolumeCopy: Sendable, Hashable {
    /// Name and uid of the SlotSnapshot.
    public var snapshot = ""
    public var snapshotUID = ""
    public var startedAt = Timestamp.epoch

    public init() {}
}

/// The recorded result of a confirming read: direct, begun after the effect was acknowledged, from a provider whose
/// identity equals the recorded one (law L2).
public struct DetachReceipt: Sendable, Hashable {
    public enum Proof: String, Sendable, Hashable, CaseIterable {
        /// The instance was read to be absent after its destruction was acknowledged.
        case destroyed = "Destroyed"
        /// The instance was never created at the provider, confirmed by a direct read by name.
        case neverCreated = "NeverCreated"
        /// Nothing was confirmed: an administrator ended the attachment (`override`).
        case forced = "Forced"
    }

    public var epoch = 0
    public var instance = ""
    public var instanceUID = ""
    public var proof = Proof.destroyed
    /// Empty on a forced one: no provider answered.
    public var providerIdentity = ""
    public var providerID: String?
    /// When the engine acknowledged the destruction; of a forced one, when it was decided.
    public var acknowledgedAt = Timestamp.epoch
    /// When the confirming read began; never before `acknowledgedAt`. Of a forced one the same as that: nothing was read.
    public var readAt = Timestamp.epoch
    /// The last moment at which the outgoing instance may have written.
    public var lastWritableAt: Timestamp?
    /// Only on a forced one.
    public var override: ForcedDetachment?

    public init() {}
}

/// Who ended an attachment without proof, and what was not proven.
public struct ForcedDetachment: Sendable, Hashable {
    /// Name and uid of the VolumeForceDetach.
    public var request = ""
    public var requestUID = ""
    public var requestedBy: String?
    public var reason = ""
    public var notProven = ""

    public init() {}
}
