public import Ambient

// Namespace, Secret, Event and Lease: served under their usual groups and versions, as far as we use them.

public struct Namespace: APIObject {
    public var metadata = ObjectMeta()
    public var status = NamespaceStatus()

    public init() {}
}

public struct NamespaceStatus: Sendable, Hashable {
    /// `Active` or `Terminating`.
    public var phase = "Active"
    public var conditions: [Condition] = []

    public init() {}
}

public struct Secret: APIObject {
    public var metadata = ObjectMeta()
    public var type = "Opaque"
    /// Base64, as on the wire.
    public var data: [String: String] = [:]
    public var immutable: Bool?

    public init() {}
}

/// `v1` Event. Events may be lost at a crash and have a time to live.
public struct Event: APIObject {
    public var metadata = ObjectMeta()
    public var involvedObject = InvolvedObject()
    /// A reason code in CamelCase.
    public var reason = ""
    public var message = ""
    /// `Normal` or `Warning`.
    public var type = "Normal"
    public var count = 1
    public var firstTimestamp: Timestamp?
    public var lastTimestamp: Timestamp?
    public var reportingComponent = ""

    public init() {}
}

public struct InvolvedObject: Sendable, Hashable {
    public var apiVersion = ""
    public var kind = ""
    public var namespace = ""
    public var name = ""
    public var uid = ""
    public var resourceVersion = ""
    public var fieldPath = ""

    public init() {}
}

/// `coordination.k8s.io/v1` Lease: chooses who tries; safety never rests on it.
public struct Lease: APIObject {
    public var metadata = ObjectMeta()
    public var spec = LeaseSpec()

    public init() {}
}

public struct LeaseSpec: Sendable, Hashable {
    public var holderIdentity: String?
    public var leaseDurationSeconds: Int?
    public var acquireTime: Timestamp?
    public var renewTime: Timestamp?
    public var leaseTransitions: Int?

    public init() {}
}
