import APIServer
import Ambient
import ControllerRuntime
import Controllers
import DockerEngine
import DockerProvider
import InfraAPI
import JSON
import Logging
import ObjectStore
import ObjectStoreSQLite
import ProviderInterface
import ResourceAPI
import ServiceLifecycle
import Telemetry
import UnixSignals

/// The composition: everything is made here and nowhere else.
struct Daemon {
    let dataDirectory: String
    let socket: String
    let servesPodsView: Bool
    /// nil: no TCP.
    let listen: ListenAddress?
    let tlsNames: [String]
    let dockerEndpoint: String
    /// Directories below which `file://` URLs of GitSources may lie.
    let gitFileRoots: [String]
    /// Of a new data directory; nil: a fresh one.
    let installationID: String?
    let surroundings: Surroundings
    let logger: Logger

    func run() async throws {
        let store = try SQLiteObjectStore(path: dataDirectory + "/store.db", surroundings: surroundings)
        let installation = try await InstallationRecord.load(store, wanted: installationID, surroundings)
        let client = LocalResourceClient(store: store, surroundings: surroundings)
        try await Bootstrap.run(client, installation, dockerEndpoint: dockerEndpoint)
        let metrics = MetricRegistry()
        StoreMeasures.watch(
            metrics, version: { (try? store.newestVersion).map { Double($0.value) } ?? 0 },
            commits: { Double(store.commitCount) })
        let probes = NetworkProbes()
        defer { probes.shutdown() }
        let machines = QEMUProviders(
            installation: installation, dataDirectory: dataDirectory, surroundings: surroundings, logger: logger)
        let images = ProviderImages(client: client, providers: machines, surroundings: surroundings)
        let host = controllers(client, installation, machines, probes, metrics)
        let access = try listen.map { address in
            try AdminAccess(
                dataDirectory: dataDirectory, address: address, names: tlsNames, surroundings, logger: logger)
        }
        let server = APIService(
            APIServerConfiguration(
                socketPath: socket, tls: access?.listener, immVersion: Version.text, servesPodsView: servesPodsView,
                limits: limits()),
            client: client,
            endpoints: DaemonEndpoints(
                logs: { (reference, request) async throws(APIStatus) in
                    try await InstanceLogs(client: client, controllers: host.controllers).open(reference, request)
                },
                exec: { (reference, request) async throws(APIStatus) in
                    try await InstanceExec(client: client, controllers: host.controllers).open(reference, request)
                },
                plan: { (object, _) async throws(APIStatus) in
                    try await PlanEndpoint(client: client, controllers: host.controllers, installation: installation)
                        .plan(object)
                },
                images: { (provider, wanted) async throws(APIStatus) in try await images.answer(provider, wanted) },
                healthChecks: [
                    HealthCheck("store") {
                        do { _ = try await store.currentVersion() } catch { return "\(error)" }
                        return nil
                    },
                    HealthCheck("caches") { host.hasSynced ? nil : "the caches are being filled" },
                ],
                metrics: metrics),
            tokens: TokenRegistry(store: StoredTokens(store: store), surroundings),
            certificates: access?.certificates(StoredCertificates(store: store), surroundings),
            surroundings: surroundings, logger: logger)
        logger.notice(
            "immd starts",
            metadata: ["version": "\(Version.text)", "installation": "\(installation.id)", "data": "\(dataDirectory)"])
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: host, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "controllers"),
                    .init(service: server, serviceName: "server"),
                    .init(
                        service: EventUpkeep(expiry: EventExpiry(client, surroundings.time, logger: logger)),
                        serviceName: "events"),
                    .init(service: MemoryUpkeep(store: store, time: surroundings.time), serviceName: "memory"),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quieter))
        try await group.run()
        try await store.close()
        logger.notice("immd ended")
    }

    /// Under the lease even where no other process ever comes: who owns the store takes over what an earlier life of its own held,
    /// so that a start waits for nobody but a leader that lives.
    private func controllers(
        _ client: LocalResourceClient, _ installation: Installation, _ machines: QEMUProviders,
        _ probes: NetworkProbes, _ metrics: MetricRegistry
    ) -> ControllerHost {
        let (surroundings, logger) = (surroundings, logger)
        let providers = ProviderFactory(
            docker: DockerProviders(
                client: client, installation: installation, filesDirectory: dataDirectory + "/files",
                surroundings: surroundings, logger: logger),
            kubernetes: KubernetesProviders(
                client: client, installation: installation, home: nil, surroundings: surroundings, logger: logger),
            qemu: machines)
        return ControllerHost(
            client: client, identity: "immd-store-\(installation.id)", answersQuestions: true,
            sources: GitSources(
                dataDirectory: dataDirectory, fileRoots: gitFileRoots, surroundings, logger: logger, metrics: metrics),
            surroundings, logger: logger, metrics: metrics
        ) { client in
            ControllerSet(
                client: client, installation: installation, factory: providers.make, probeTransport: probes,
                surroundings,
                logger: logger, metrics: metrics)
        }
    }

    /// The server's own, with fewer connections where the system allows too few open files for them.
    private func limits() -> APIServerLimits {
        var limits = APIServerLimits()
        let files = OpenFiles.raise()
        let wanted = limits.maxConnections
        limits.maxConnections = OpenFiles.connections(within: files, atMost: wanted)
        if limits.maxConnections < wanted {
            logger.notice(
                "the system's limit of open files lowers that of connections",
                metadata: ["files": "\(files)", "connections": "\(limits.maxConnections)", "wanted": "\(wanted)"])
        }
        return limits
    }
}

/// Old Events go.
private struct EventUpkeep: Service {
    let expiry: EventExpiry

    func run() async throws {
        await cancelWhenGracefulShutdown { await expiry.run() }
    }
}
