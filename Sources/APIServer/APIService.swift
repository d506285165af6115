public import Ambient
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ResourceAPI
public import ServiceLifecycle
import Telemetry

/// Serves the verbs of a `ResourceClient` as Kubernetes' HTTP API, on a unix socket.
///
/// Run it as a service of a `ServiceGroup`. A graceful shutdown stops accepting, ends the open watches and logs in
/// order, finishes the requests that are under way and removes the socket.
public struct APIService: Service {
    private let configuration: APIServerConfiguration
    private let responder: APIResponder
    private let logger: Logger

    /// - Parameters:
    ///   - client: what the requests are answered from.
    ///   - endpoints: what only the daemon can answer.
    public init(
        _ configuration: APIServerConfiguration, client: any ResourceClient,
        endpoints: DaemonEndpoints = DaemonEndpoints(),
        surroundings: Surroundings, logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        let streams = OpenStreams()
        endpoints.metrics.gauge("imm_apiserver_open_streams", "Watches and followed logs that are open.") {
            Double(streams.count)
        }
        responder = APIResponder(
            client: client, endpoints: endpoints,
            podTranslation: configuration.servesPodsView ? PodTranslation(client) : nil,
            immVersion: configuration.immVersion,
            openAPIDocuments: OpenAPIDocuments(groups: Discovery.all, immVersion: configuration.immVersion),
            limits: configuration.limits, surroundings: surroundings, streams: streams,
            measures: RequestMeasures(endpoints.metrics), logger: logger)
    }

    /// Watches and followed logs that are open now.
    public var openStreamCount: Int { responder.streams.count }

    /// Serves until the graceful shutdown. The caller holds the lock of the data directory: a socket on which nobody
    /// answers is taken for a stale one and replaced.
    ///
    /// - Throws: `ListenError` when the socket cannot be made, or another server answers on it.
    public func run() async throws {
        let socket = try UnixSocketPath(configuration.socketPath)
        let temporary = try socket.prepare()
        defer { socket.removeTemporary(temporary) }
        let published = Guarded<Result<Void, ListenError>>(.success(()))
        let application = application(boundAt: temporary) { [logger] () throws(ListenError) in
            do throws(ListenError) {
                try socket.publish(boundAt: temporary)
                logger.info("API server listening", metadata: ["socket": "\(socket.path)"])
            } catch {
                published.withLock { $0 = .failure(error) }
                throw error
            }
        }
        defer { socket.removeUnlessServed() }
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: { [streams = responder.streams] in
                streams.endAll()
            }
        } catch {
            try published.withLock { $0 }.get()
            throw error
        }
    }

    /// - Parameter publish: called when the server listens; its failure ends the server.
    private func application(
        boundAt path: String, publish: @escaping @Sendable () throws(ListenError) -> Void
    ) -> Application<APIResponder> {
        // The framework's own lines name the temporary path and tell nothing that we do not.
        var quietLogger = logger
        quietLogger.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: responder, server: .http1(configuration: channelConfiguration),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.limits.maxConnections, logger: quietLogger)),
            onServerRunning: { channel in
                if (try? publish()) == nil { channel.close(promise: nil) }
            },
            logger: quietLogger)
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let limits = configuration.limits
        let stall = TimeAmount.nanoseconds(limits.writeStallTimeout.wholeNanoseconds)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [WriteStallHandler(timeout: stall)],
            idleTimeout: .nanoseconds(limits.idleTimeout.wholeNanoseconds),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.maxHeaderBytes, maxHeaderListSize: limits.maxHeaderBytes,
                maxHeaderFieldCount: limits.maxHeaderFields))
    }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
