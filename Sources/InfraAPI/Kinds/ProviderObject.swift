public import Ambient

/// A back end that holds instances and volumes; cluster-scoped. A docker or qemu Provider is one host and one failure domain.
public struct ProviderObject: APIObject {
    public static let defaultAnnotation = "imm.dev/is-default-provider"
    /// A person's request to accept the engine whose identity marker is this; echoed in `status.identity`. Of an engine
    /// without a marker: the one that it is to get.
    public static let adoptAnnotation = "imm.dev/adopt-identity"
    /// A person's request to destroy these Unknown objects: the engine's own ids, separated by commas.
    public static let destroyAnnotation = "imm.dev/destroy-unknown"

    public var metadata = ObjectMeta()
    public var spec = ProviderSpec()
    public var status = ProviderStatus()

    public init() {}
}

public struct ProviderSpec: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case docker, kubernetes, qemu, simulated
    }

    public var type = Kind.docker
    /// `unix:///path` or `tcp://host:port`; immutable while in use. nil: the engine's usual socket.
    public var endpoint: String?
    /// For `tcp`, which is TLS with certificates on both sides and nothing less; and for the API of another Kubernetes cluster
    /// than the one that the objects are stored in.
    public var credentials: ProviderCredentials?
    /// Of type `kubernetes` alone.
    public var kubernetes: KubernetesProviderSpec?
    /// Effects that run at the same time on this provider.
    public var maxConcurrentOperations = 8
    /// Namespaces whose sets may use it; empty means all.
    public var allowedNamespaces: [String] = []

    public init() {}
}

/// How instances and volumes are made on Kubernetes: Pods and claims in the namespace of their set.
public struct KubernetesProviderSpec: Sendable, Hashable {
    public enum AccessMode: String, Sendable, Hashable, CaseIterable {
        case readWriteOnce = "ReadWriteOnce"
        /// Refused by the cluster itself to a second Pod; CSI drivers alone have it.
        case readWriteOncePod = "ReadWriteOncePod"
    }

    /// Of new claims; nil: the cluster's default.
    public var storageClassName: String?
    /// Of new claims.
    public var accessMode = AccessMode.readWriteOnce

    public init() {}
}

public struct ProviderCredentials: Sendable, Hashable {
    public static let authorityKey = "ca.crt"
    public static let certificateKey = "tls.crt"
    public static let privateKeyKey = "tls.key"
    /// Of a Provider of type kubernetes: a kubeconfig with all that it needs in itself.
    public static let kubeconfigKey = "kubeconfig"

    /// Holds the first three keys above, in PEM, or the fourth.
    public var secretRef = NamespacedSecretReference()

    public init() {}
}

/// A Secret, from a cluster-scoped object.
public struct NamespacedSecretReference: Sendable, Hashable {
    public var namespace = ""
    public var name = ""

    public init() {}
}

public struct ProviderStatus: Sendable, Hashable {
    /// The identity marker that was found or made at first use.
    public var identity: String?
    /// The identity that answers now, when it is not `identity`; empty: no marker was found.
    public var foundIdentity: String?
    /// Identities that were on record before a person adopted another one, the newest last. At most 10.
    public var formerIdentities: [String] = []
    public var version: String?
    public var capabilities: ProviderCapabilities?
    /// Objects of our installation without a stored record (law L6): reported, never destroyed by themselves. At most 100.
    public var unknownObjects: [UnknownObject] = []
    public var lastObservedAt: Timestamp?
    public var conditions: [Condition] = []

    public init() {}
}

/// What a provider can do; checked when a set is applied.
public struct ProviderCapabilities: Sendable, Hashable {
    public enum AttachMode: String, Sendable, Hashable, CaseIterable {
        /// Volumes are attached when the instance is made and detached by its destruction.
        case atCreation = "AtCreation"
        case hotPlug = "HotPlug"
    }

    public var attachMode = AttachMode.atCreation
    /// Whether the engine itself refuses a second writer.
    public var fence = false
    public var snapshot = false
    public var resize = false
    public var sizeLimit = false
    public var readOnlyRoot = true
    public var probeRoute = true
    public var files = true
    public var hostPort = true

    public init() {}
}

public struct UnknownObject: Sendable, Hashable {
    public var kind = ""
    public var id = ""
    public var name = ""
    public var set: String?
    public var slot: Int?
    /// uid label of the object.
    public var uid: String?
    /// Epoch on its label; unset: it holds no volume.
    public var epoch: Int?

    public init() {}
}
