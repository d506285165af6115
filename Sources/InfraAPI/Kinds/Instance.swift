public import Ambient

/// One container, pod or virtual machine in a slot; `spec` never changes; started at most once.
///
/// Named `<set>-<slot>-<5 characters>`; carries the finalizer `imm.dev/provider` until the provider confirms that the
/// instance is gone. Written by the InstanceSet controller alone.
public struct Instance: APIObject {
    public static let providerFinalizer = "imm.dev/provider"

    public var metadata = ObjectMeta()
    public var spec = InstanceSpec()
    public var status = InstanceStatus()

    public init() {}
}

public struct InstanceSpec: Sendable, Hashable {
    public var set = ""
    public var slot = 0
    /// Name of the Revision.
    public var revision = ""
    /// Hash of the Revision, so that an instance explains itself when its Revision is gone.
    public var revisionHash = ""
    /// Name of the Provider.
    public var provider = ""
    /// Epoch under which the slot's volumes are attached to this instance; 0 without volumes.
    public var epoch = 0
    /// Value of the set's restart token when the instance was made.
    public var restartToken: String?

    public init() {}
}

public struct InstanceStatus: Sendable, Hashable {
    /// The intent that was stored last, before its effect: what a restarted controller finds half done.
    public var step: InstanceStep?
    /// The engine's own id of the object.
    public var providerID: String?
    /// The provider's identity marker when `providerID` was learned.
    public var providerIdentity: String?
    /// Digest or id of the image that runs.
    public var imageDigest: String?
    /// Where probes and people reach it, `host` or `host:port`.
    public var address: String?
    public var ports: [PublishedPort] = []
    /// Printed summary: Pending, Creating, Starting, Running, Ready, Available, Stopping, Stopped, Failed. Decides nothing.
    public var phase = "Pending"
    public var createdAt: Timestamp?
    public var startedAt: Timestamp?
    /// Since when the instance is ready without a break; nil while it is not.
    public var readySince: Timestamp?
    /// When it became available for the first time; nil: it never did.
    public var availableAt: Timestamp?
    public var finishedAt: Timestamp?
    public var exitCode: Int?
    /// Why it failed or is being replaced: a reason code and a sentence.
    public var reason: String?
    public var message: String?
    public var conditions: [Condition] = []

    public init() {}
}

/// One intended effect on the instance.
public struct InstanceStep: Sendable, Hashable {
    public enum Name: String, Sendable, Hashable, CaseIterable {
        /// Create and start in one go (no volumes).
        case launch = "Launch"
        /// Create the object with its volumes attached; nothing runs yet.
        case create = "Create"
        case start = "Start"
        /// Stop gracefully, then destroy, in one go (no volumes).
        case retire = "Retire"
        case stop = "Stop"
        /// Destroy and confirm by a direct read that it is gone.
        case destroy = "Destroy"
    }

    public var name = Name.launch
    /// Unique for each intent, so that the completion of an older one is told apart.
    public var id = ""
    public var startedAt = Timestamp.epoch
    /// Reason code why: `Initial`, `NewRevision`, `Died`, …
    public var reason = ""

    public init() {}
}

public struct PublishedPort: Sendable, Hashable {
    public var name = ""
    public var containerPort = 0
    public var hostIP = ""
    public var hostPort = 0

    public init() {}
}
