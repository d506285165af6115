public import Ambient
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ResourceAPI
public import ServiceLifecycle
import Telemetry

/// Serves the verbs of a `ResourceClient` as Kubernetes' HTTP API, on a unix socket and, if wanted, on TCP with TLS.
///
/// Run it as a service of a `ServiceGroup`. A graceful shutdown stops accepting, ends the open watches and logs in
/// order, finishes the requests that are under way and removes the socket.
public struct APIService: Service {
    private let configuration: APIServerConfiguration
    private let responder: APIResponder
    private let logger: Logger
    private let port = Guarded<Int?>(nil)

    /// - Parameters:
    ///   - client: what the requests are answered from.
    ///   - endpoints: what only the daemon can answer.
    ///   - tokens: who bears which token; nil: no token is known.
    ///   - certificates: makes and revokes client certificates; nil: none is made, and none was revoked.
    public init(
        _ configuration: APIServerConfiguration, client: any ResourceClient,
        endpoints: DaemonEndpoints = DaemonEndpoints(), tokens: TokenRegistry? = nil,
        certificates: CertificateRegistry? = nil, surroundings: Surroundings, logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        let streams = OpenStreams()
        endpoints.metrics.gauge("imm_apiserver_open_streams", "Watches and followed logs that are open.") {
            Double(streams.count)
        }
        let execPlaces = RequestPlaces.ofExec(configuration.limits)
        endpoints.metrics.gauge("imm_apiserver_exec_sessions", "Commands that run by exec.") {
            Double(execPlaces.count)
        }
        let discovery = Discovery(configuration.kinds)
        responder = APIResponder(
            client: client, kinds: configuration.kinds, discovery: discovery, endpoints: endpoints,
            podTranslation: configuration.servesPodsView ? PodTranslation(client) : nil,
            authorization: Authorization(client: client), tokens: tokens, certificates: certificates,
            immVersion: configuration.immVersion,
            openAPIDocuments: OpenAPIDocuments(
                groups: discovery.all, viewed: configuration.servesPodsView ? ViewedKinds.all : [],
                immVersion: configuration.immVersion),
            limits: configuration.limits, surroundings: surroundings, streams: streams,
            execPlaces: execPlaces, webhookPlaces: .ofWebhooks(configuration.limits),
            webhooks: WebhookReceiver(client, configuration.limits, surroundings, logger, endpoints.metrics),
            measures: RequestMeasures(endpoints.metrics), logger: logger)
    }

    /// Watches and followed logs that are open now.
    public var openStreamCount: Int { responder.streams.count }

    /// The TCP port on which the server listens; nil before it does, and without TCP.
    public var listeningPort: Int? { port.withLock { $0 } }

    /// Serves until the graceful shutdown. The caller holds the lock of the data directory: a socket on which nobody
    /// answers is taken for a stale one and replaced.
    ///
    /// - Throws: `ListenError` when an address cannot be listened on, or another server answers on the socket.
    public func run() async throws {
        var listeners: [(name: String, service: any Service)] = [("socket", socketListener())]
        if let tls = configuration.tls { listeners.append(("tls", try tlsListener(tls))) }
        var quietLogger = logger
        quietLogger.logLevel = max(logger.logLevel, .critical)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: listeners.map {
                    // One that fails ends the others in order, and its error is thrown at the end. Without a name it would
                    // be called by all that it holds, which takes 100 ms to write.
                    .init(
                        service: $0.service, failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: $0.name)
                }, logger: quietLogger))
        try await withGracefulShutdownHandler {
            try await group.run()
        } onGracefulShutdown: { [streams = responder.streams] in
            streams.endAll()
        }
    }

    private func socketListener() -> SocketListener {
        SocketListener(
            path: configuration.socketPath, responder: authenticating(.unixSocket), limits: configuration.limits,
            logger: logger)
    }

    private func tlsListener(_ tls: TLSListener) throws -> TCPListener {
        let peers = PeerCertificates(tls.authority)
        return TCPListener(
            address: tls.address,
            security: ConnectionChannel.Security(settings: try TLSSettings(tls), peers: peers),
            responder: authenticating(.tls(peers)), limits: configuration.limits,
            time: responder.surroundings.time, logger: logger
        ) { [port] bound in
            port.withLock { $0 = bound }
            tls.onListening(bound)
        }
    }

    private func authenticating(_ transport: CallerSource.Transport) -> AuthenticatingResponder {
        AuthenticatingResponder(
            base: responder,
            source: CallerSource(
                transport: transport, tokens: responder.tokens, certificates: responder.certificates,
                time: responder.surroundings.time))
    }
}
