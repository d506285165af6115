public import Ambient
public import JSON

/// Kubernetes' `metav1.ObjectMeta`, as far as we serve it.
public struct ObjectMeta: Sendable, Hashable {
    public var name = ""
    public var generateName = ""
    /// Empty for cluster-scoped kinds.
    public var namespace = ""
    public var uid = ""
    /// The store version of the last write, decimal; empty on objects that are not stored yet.
    public var resourceVersion = ""
    /// Grows with each change outside metadata and status, and when deletion is asked for.
    public var generation: Int = 0
    public var creationTimestamp: Timestamp?
    public var deletionTimestamp: Timestamp?
    public var deletionGracePeriodSeconds: Int?
    public var labels: [String: String] = [:]
    public var annotations: [String: String] = [:]
    public var finalizers: [String] = []
    public var ownerReferences: [OwnerReference] = []
    /// Field ownership of server-side apply, kept as it came.
    public var managedFields: [JSONValue] = []

    public init() {}

    public init(name: String, namespace: String = "") {
        self.name = name
        self.namespace = namespace
    }
}

/// Who is responsible for an object; the garbage collector deletes an object whose owners are all gone.
public struct OwnerReference: Sendable, Hashable {
    public var apiVersion = ""
    public var kind = ""
    public var name = ""
    public var uid = ""
    public var controller: Bool?
    public var blockOwnerDeletion: Bool?

    public init() {}
}
