public import Ambient

/// A person's consent to a prune that is larger than a GitSource allows by itself, and the record of who gave it.
public struct PruneApproval: APIObject {
    public var metadata = ObjectMeta()
    public var spec = PruneApprovalSpec()
    public var status = PruneApprovalStatus()

    public init() {}
}

public struct PruneApprovalSpec: Sendable, Hashable {
    /// Name of the GitSource, in the same namespace.
    public var source = ""
    /// The commit that no longer holds the objects.
    public var commit = ""
    /// Exactly what may be deleted: whoever approves has looked at these and no others.
    public var objects: [InventoryEntry] = []
    public var reason = ""

    public init() {}
}

public struct PruneApprovalStatus: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case pending = "Pending"
        /// The objects are deleted, or about to be: what was consented to stands before it is done.
        case accepted = "Accepted"
        /// What the source waits for is something else by now.
        case refused = "Refused"
    }

    public var outcome = Outcome.pending
    /// Who created the object, as the server knew them; set by the server, and kept.
    public var requestedBy: String?
    public var decidedAt: Timestamp?
    /// Why it was refused.
    public var message: String?

    public init() {}
}
