public import ProviderInterface

/// What a `KubernetesProvider` is told about its installation and its cluster.
public struct KubernetesProviderConfiguration: Sendable {
    public enum AccessMode: String, Sendable, Hashable, CaseIterable {
        /// One node at a time.
        case readWriteOnce = "ReadWriteOnce"
        /// One Pod at a time, refused by the cluster itself; CSI drivers alone have it.
        case readWriteOncePod = "ReadWriteOncePod"
    }

    /// Names and labels every object of ours; another installation's objects are never touched.
    public var installationID: String

    /// The one namespace that we may act in; nil: every set's own, which needs rights in the whole cluster.
    public var namespace: String?

    /// Whose uid is the identity where kube-system may not be read.
    public var ownNamespace = "default"

    /// Of new claims; nil: the cluster's default.
    public var storageClass: String?
    public var accessMode = AccessMode.readWriteOnce

    /// Whether an address of a Pod is reached from here (we run in the cluster, or its Pods are routed).
    public var reachesPods = true

    /// Whether Instances are stored in this cluster: a Pod is then owned by its Instance.
    public var instancesAreStoredHere = false

    /// How long a start waits for the kubelet, and how long beyond the grace a stop does.
    public var startTimeout = Duration.seconds(60)
    public var stopMargin = Duration.seconds(30)

    /// The longest pause between two looks at a Pod that is waited for.
    public var longestPause = Duration.milliseconds(500)

    /// The digest of a tag (`repository`, `tag`); nil: tags are refused.
    public var digest: (@Sendable (_ repository: String, _ tag: String) async throws(ProviderError) -> String)?

    public init(installationID: String) { self.installationID = installationID }
}
