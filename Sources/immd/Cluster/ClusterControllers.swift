import APIClient
import Ambient
import ControllerRuntime
import Controllers
import Glibc
import InfraAPI
import Logging
import ResourceAPI
import ServiceLifecycle
import Telemetry

/// The controllers of a process on Kubernetes, from the first look at the cluster on.
final class ClusterControllers: Service {
    let identity: String
    private let home: HomeCluster
    private let client: HTTPResourceClient
    private let kinds: InstalledKinds
    private let provider: FixedProvider?
    private let dataDirectory: String
    private let installationID: String?
    private let surroundings: Surroundings
    private let logger: Logger
    private let metrics: MetricRegistry
    private let host = Guarded<ControllerHost?>(nil)

    /// - Parameter provider: of the flags; nil: Providers are the cluster's.
    init(
        home: HomeCluster, client: HTTPResourceClient, kinds: InstalledKinds, provider: FixedProvider?,
        dataDirectory: String, installationID: String?, surroundings: Surroundings, logger: Logger,
        metrics: MetricRegistry
    ) {
        self.home = home
        self.client = client
        self.kinds = kinds
        self.provider = provider
        self.dataDirectory = dataDirectory
        self.installationID = installationID
        self.surroundings = surroundings
        self.logger = logger
        self.metrics = metrics
        identity = "immd-\(HostName.text)-\(surroundings.randomness.nameSuffix(length: 10))"
    }

    /// Why this process could not act as it should; nil: it leads with filled caches, or waits for its turn.
    var trouble: String? {
        guard let host = host.withLock({ $0 }) else { return "the controllers are being started" }
        return host.isLeading && !host.hasSynced ? "the caches are being filled" : nil
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.kinds.wait()
                let installation = try await self.begin()
                let made = self.makeHost(installation)
                self.host.withLock { $0 = made }
            } catch is CancellationError {
                return
            }
        }
        guard let host = host.withLock({ $0 }) else { return }
        try await host.run()
    }

    private func makeHost(_ installation: Installation) -> ControllerHost {
        let (surroundings, logger, metrics, client) = (surroundings, logger, metrics, client)
        let scope = ControllerScope.kubernetes(namespaces: home.namespaces)
        let probes = NetworkProbes()
        let providers = ProviderFactory(
            docker: DockerProviders(
                client: client, installation: installation, filesDirectory: dataDirectory + "/files",
                surroundings: surroundings, logger: logger),
            kubernetes: KubernetesProviders(
                client: client, installation: installation, home: home, surroundings: surroundings, logger: logger))
        logger.notice("the cluster is known", metadata: ["installation": "\(installation.id)"])
        let scoped = ScopedClient(client, namespaces: home.namespaces, provider: provider)
        return ControllerHost(
            client: scoped, lease: NamespacedName(namespace: home.systemNamespace, name: ControllerHost.leaseName),
            identity: identity, answersQuestions: false, rewritesRecords: true, sources: nil, surroundings,
            logger: logger, metrics: metrics
        ) { client in
            ControllerSet(
                client: client, installation: installation, factory: providers.make, probeTransport: probes,
                surroundings, logger: logger, metrics: metrics, scope: scope)
        }
    }

    /// What the first process of a cluster makes, and the others find. Asks until the server answers, and the namespace is there.
    private func begin() async throws -> Installation {
        var backoff = Backoff(Backoff.Policy(maximum: .seconds(30)))
        while true {
            do throws(APIStatus) {
                let installation = try await InstallationSecret.agree(
                    in: home.systemNamespace, wanted: installationID, client, surroundings.randomness)
                if provider == nil { try await Bootstrap.makeDefaultProvider(.kubernetes, client) }
                return installation
            } catch {
                guard error.isTransient || error.isNotFound else { throw error }
                logger.warning("the cluster is not known yet", metadata: ["error": "\(error)"])
            }
            try await surroundings.time.sleep(for: backoff.next(surroundings.randomness))
        }
    }
}

extension APIStatus {
    /// Whether the same request may do better a moment later.
    var isTransient: Bool {
        switch reason {
        case .unreachable, .serviceUnavailable, .timeout, .tooManyRequests, .internalError, .conflict, .unauthorized:
            true
        default: false
        }
    }
}

/// The name that the system has for this machine, or for this container.
enum HostName {
    static var text: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unnamed" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
