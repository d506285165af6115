import APIClient
import Ambient
import Controllers
import Logging
import ResourceAPI
import ServiceLifecycle
import Telemetry
import UnixSignals

/// A second controller process: no store and no listener of its own, but the API of the immd that has the store. It takes part in
/// the election, and acts while it leads.
struct RemoteControllers {
    let location: ServerLocation
    let dataDirectory: String
    /// Directories below which `file://` URLs of GitSources may lie.
    let gitFileRoots: [String]
    let surroundings: Surroundings
    let logger: Logger

    func run() async throws {
        let client = HTTPResourceClient(location, userAgent: "immd/\(Version.text)")
        defer { client.shutdown() }
        let installation = try await installation(client)
        let identity = "immd-\(HostName.text)-\(surroundings.randomness.nameSuffix(length: 10))"
        let probes = NetworkProbes()
        defer { probes.shutdown() }
        let metrics = MetricRegistry()
        let (surroundings, logger) = (surroundings, logger)
        let providers = ProviderFactory(
            docker: DockerProviders(
                client: client, installation: installation, filesDirectory: dataDirectory + "/files",
                surroundings: surroundings, logger: logger),
            kubernetes: KubernetesProviders(
                client: client, installation: installation, home: nil, surroundings: surroundings, logger: logger),
            qemu: QEMUProviders(
                installation: installation, dataDirectory: dataDirectory, surroundings: surroundings, logger: logger))
        let host = ControllerHost(
            client: client, identity: identity, answersQuestions: false,
            sources: GitSources(
                dataDirectory: dataDirectory, fileRoots: gitFileRoots, surroundings, logger: logger, metrics: metrics),
            surroundings, logger: logger, metrics: metrics
        ) { client in
            ControllerSet(
                client: client, installation: installation, factory: providers.make, probeTransport: probes,
                surroundings,
                logger: logger, metrics: metrics)
        }
        logger.notice(
            "immd starts without a store",
            metadata: [
                "version": "\(Version.text)", "installation": "\(installation.id)", "server": "\(location)",
                "identity": "\(identity)",
            ])
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: host, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "controllers")
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quieter))
        try await group.run()
        logger.notice("immd ended")
    }

    /// Asks until the server answers: it may be started after us.
    private func installation(_ client: HTTPResourceClient) async throws -> Installation {
        while true {
            if let installation = try await asked(client) { return installation }
            try await surroundings.time.sleep(for: .seconds(2))
        }
    }

    /// nil: the server does not answer.
    private func asked(_ client: HTTPResourceClient) async throws(APIStatus) -> Installation? {
        do throws(APIStatus) {
            return try await InstallationSecret.read(client)
        } catch {
            guard error.reason == .unreachable || error.reason == .serviceUnavailable else { throw error }
            logger.warning("the server does not answer yet", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

extension Logger {
    /// For libraries whose notices are none of ours.
    var quieter: Logger {
        var logger = self
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
