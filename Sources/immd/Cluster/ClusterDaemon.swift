import APIClient
import APIServer
import Ambient
import ClusterCredentials
import Controllers
import Glibc
import Logging
import ResourceAPI
import ServiceLifecycle
import Telemetry
import UnixSignals

/// immd on a Kubernetes API server: its kinds are CustomResourceDefinitions there, and there is no store and no API of our own. One of
/// several such processes acts, by a Lease.
struct ClusterDaemon {
    let access: ClusterAccess
    /// nil: all namespaces.
    let namespaces: [String]?
    /// The Provider of the flags, where kinds without a namespace may not be read; nil: they are the cluster's.
    let provider: FixedProvider?
    /// Where the Lease and the installation's Secret are.
    let systemNamespace: String
    let dataDirectory: String
    /// nil: none.
    let health: ListenAddress?
    /// Of a cluster that has none yet.
    let installationID: String?
    let surroundings: Surroundings
    let logger: Logger

    func run() async throws {
        let metrics = MetricRegistry()
        let ledger = RequestLedger(metrics, surroundings.time)
        let client = HTTPResourceClient(
            .cluster(access), userAgent: "immd/\(Version.text)", tellsTerms: false, observer: ledger.observer)
        defer { client.shutdown() }
        let kinds = InstalledKinds(
            client, readsDefinitions: provider == nil, surroundings.time, logger: logger)
        let controllers = ClusterControllers(
            home: HomeCluster(
                access: access, namespaces: namespaces, systemNamespace: systemNamespace, observer: ledger.observer),
            client: client, kinds: kinds, provider: provider, dataDirectory: dataDirectory,
            installationID: installationID, surroundings: surroundings, logger: logger, metrics: metrics)
        logger.notice(
            "immd starts on Kubernetes",
            metadata: [
                "version": "\(Version.text)", "server": "\(access.server)",
                "namespaces": "\(namespaces?.joined(separator: ",") ?? "all")", "identity": "\(controllers.identity)",
            ])
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: controllers, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "controllers"),
            .init(service: ClusterMemoryUpkeep(time: surroundings.time), serviceName: "memory"),
        ]
        if let health {
            services.append(
                .init(
                    service: HealthService(
                        address: health, checks: checks(kinds, controllers, ledger), metrics: metrics, logger: logger),
                    serviceName: "health"))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quieter))
        try await group.run()
        logger.notice("immd ended")
    }

    /// A process that waits for its turn is ready too, or a Deployment of two would never be.
    private func checks(
        _ kinds: InstalledKinds, _ controllers: ClusterControllers, _ ledger: RequestLedger
    ) -> [HealthCheck] {
        [
            HealthCheck("kubernetes") {
                // Each process reads or writes the Lease every few seconds.
                guard let silence = ledger.silence else { return "the Kubernetes API has not answered yet" }
                return silence < .seconds(60)
                    ? nil : "the Kubernetes API has not answered for \(silence.components.seconds) s"
            },
            HealthCheck("kinds") { kinds.trouble }, HealthCheck("caches") { controllers.trouble },
        ]
    }
}
