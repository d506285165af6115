public import Ambient

/// An administrator's request to end an attachment without proof that its instance is gone: the one way around a receipt
/// (law L2), and the record of who took it, why, and what was not proven.
public struct VolumeForceDetach: APIObject {
    public var metadata = ObjectMeta()
    public var spec = VolumeForceDetachSpec()
    public var status = VolumeForceDetachStatus()

    public init() {}
}

public struct VolumeForceDetachSpec: Sendable, Hashable {
    /// Name of the Volume, in the same namespace.
    public var volume = ""
    /// uid of the Volume; nil: whichever has the name.
    public var volumeUID: String?
    /// Epoch of the attachment that is to end: whoever asks has looked at that one and no other.
    public var epoch = 0
    public var reason = ""

    public init() {}
}

public struct VolumeForceDetachStatus: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case pending = "Pending"
        /// The attachment has ended; the Volume holds a receipt with the proof `Forced`.
        case accepted = "Accepted"
        case refused = "Refused"
    }

    public var outcome = Outcome.pending
    /// Who created the object, as the server knew them; set by the server, and kept.
    public var requestedBy: String?
    public var decidedAt: Timestamp?
    /// The instance that was attached.
    public var instance: String?
    public var instanceUID: String?
    /// What nobody has confirmed, of an accepted one.
    public var notProven: String?
    /// Why it was refused.
    public var message: String?

    public init() {}
}
