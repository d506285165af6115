public import Ambient

/// A copy of a volume's content at one moment, taken while nobody could write. Its life is its own: no ownerReference to a set
/// or a volume, and with the object goes the copy at the provider.
public struct SlotSnapshot: APIObject {
    /// Held until the copy at the provider is gone.
    public static let finalizer = "imm.dev/snapshot"

    public var metadata = ObjectMeta()
    public var spec = SlotSnapshotSpec()
    public var status = SlotSnapshotStatus()

    public init() {}
}

public struct SlotSnapshotSpec: Sendable, Hashable {
    /// Who wanted it: what decides whether it may go by itself.
    public enum Purpose: String, Sendable, Hashable, CaseIterable {
        /// Somebody asked for it; it stays until somebody deletes it.
        case manual = "Manual"
        /// Taken because the slot goes over to another revision; the older ones go by themselves.
        case replacement = "Replacement"
    }

    /// Name of the Volume, in the same namespace.
    public var volume = ""
    /// uid of the Volume; nil: whichever has the name.
    public var volumeUID: String?
    /// Epoch that the volume must have; nil: whichever it has when it can be copied.
    public var epoch: Int?
    public var purpose = Purpose.manual
    /// Why, in the words of whoever asked.
    public var reason: String?

    public init() {}
}

public struct SlotSnapshotStatus: Sendable, Hashable {
    /// Printed summary: Pending, Copying, Ready, Failed. Decides nothing.
    public var phase = "Pending"
    /// Number of the newest try; each has a name of its own at the provider, so that one that comes late changes nothing.
    public var attempt = 0
    /// Tries that failed since.
    public var failures = 0
    public var lastFailureAt: Timestamp?
    /// Name of the Provider that holds the copy, its identity marker, and its own name of the copy.
    public var provider: String?
    public var providerIdentity: String?
    public var providerID: String?
    /// uid of the Volume that was copied, and the place that it had then.
    public var volumeUID: String?
    public var claim: VolumeClaimReference?
    /// Size of the volume, and so of one that is made from the copy.
    public var size: Quantity?
    /// What the copy holds, in bytes and in files, directories and links.
    public var contentBytes: Int?
    public var contentEntries: Int?
    /// When it was complete; nil: it is not.
    public var takenAt: Timestamp?
    /// Epoch of the volume when it was taken: of the last attachment that could have written.
    public var epoch: Int?
    /// Name of the revision whose instance that was.
    public var revision: String?
    /// Why nobody wrote meanwhile, as a sentence.
    public var consistency: String?
    public var conditions: [Condition] = []

    public init() {}
}

extension SlotSnapshot {
    /// Whether it holds a whole copy, at a provider, that is not on its way out.
    public var isReady: Bool { status.takenAt != nil && !isBeingDeleted }

    /// Whether it can become one no more: it was for an epoch or a volume that is over.
    public var isOver: Bool { status.conditions["Ready"]?.reason == SlotSnapshot.overReason }

    public static let overReason = "Over"
}
