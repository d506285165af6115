public import Ambient
internal import InfraAPI
public import KubernetesAPI
public import Logging
public import ProviderInterface

/// Pods and PersistentVolumeClaims of one Kubernetes cluster.
///
/// An instance is a Pod that nobody edits: it is made behind a scheduling gate, started by that gate's removal (once, since a
/// gate cannot be put back), and kept by the finalizer `imm.dev/receipt` until it is proven that nothing of it runs. Every object
/// carries the installation's labels, and nothing without them is touched.
public struct KubernetesProvider: Provider {
    let api: KubernetesAPI
    let configuration: KubernetesProviderConfiguration
    let surroundings: Surroundings
    let logger: Logger
    let names: ObjectNames
    let identity: ClusterIdentity

    public init(
        api: KubernetesAPI, configuration: KubernetesProviderConfiguration, surroundings: Surroundings, logger: Logger
    ) {
        self.api = api
        self.configuration = configuration
        self.surroundings = surroundings
        self.logger = logger
        names = ObjectNames(installationID: configuration.installationID)
        identity = ClusterIdentity(api: api, namespace: configuration.ownNamespace)
    }

    /// The cluster that is found here is what every later effect is held to.
    public func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        guard names.areLegal else {
            throw ProviderError(
                .engineFailed,
                "the installation id \(configuration.installationID) cannot be part of a Kubernetes name: use lower case "
                    + "letters, digits and dashes, at most 63 of them")
        }
        let version = try await call("ask the cluster for its version") { () throws(KubernetesError) in
            try await api.serverVersion()
        }
        var capabilities = ProviderCapabilities()
        capabilities.attachMode = .atCreation
        // With ReadWriteOncePod the scheduler and the kubelets refuse a second Pod.
        capabilities.fence = configuration.accessMode == .readWriteOncePod
        capabilities.snapshot = false
        capabilities.resize = await allowsExpansion()
        capabilities.sizeLimit = true
        capabilities.readOnlyRoot = true
        capabilities.files = true
        capabilities.probeRoute = configuration.reachesPods
        capabilities.hostPort = true
        return ProviderDescription(
            identity: try await identity.establish(recorded: recordedIdentity), version: version,
            capabilities: capabilities)
    }

    public func adopt(identity wanted: String) async throws(ProviderError) {
        try await identity.adopt(wanted)
    }

    /// Storage classes are cluster-wide: where they may not be read, nothing is said to grow.
    private func allowsExpansion() async -> Bool {
        let known: [StorageClass]
        do throws(KubernetesError) {
            if let name = configuration.storageClass {
                let found = try await api.get(APIReference(.storageClasses, name: name))
                known = found.map { [StorageClass($0)] } ?? []
            } else {
                known = try await api.list(.storageClasses, in: nil).items.map { StorageClass($0) }.filter(\.isDefault)
            }
        } catch {
            logger.debug("storage classes cannot be read", metadata: ["error": "\(error)"])
            return false
        }
        return known.first?.allowsExpansion ?? false
    }

    func call<Result: Sendable>(
        _ what: String, _ body: () async throws(KubernetesError) -> Result
    ) async throws(ProviderError) -> Result {
        do throws(KubernetesError) {
            return try await body()
        } catch {
            throw ProviderError(error, doing: what)
        }
    }
}
