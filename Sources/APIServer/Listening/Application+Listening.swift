import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

extension Application where Responder.Context == APIRequestContext {
    /// The server of one listener.
    ///
    /// - Parameter onListening: called once, with the listening channel.
    static func listening(
        at address: BindAddress, responder: Responder, limits: APIServerLimits,
        security: ConnectionChannel.Security?, logger: Logger, onListening: @escaping @Sendable (any Channel) -> Void
    ) -> Application {
        // The framework's own lines name the temporary path of the socket and tell nothing that we do not.
        var quietLogger = logger
        quietLogger.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                ConnectionChannel(
                    http: HTTP1Channel(responder: responder, configuration: HTTP1Channel.Configuration(limits)),
                    limits: limits, security: security)
            },
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.maxConnections, logger: quietLogger)),
            onServerRunning: { onListening($0) }, logger: quietLogger)
    }
}

extension HTTP1Channel.Configuration {
    fileprivate init(_ limits: APIServerLimits) {
        let stall = TimeAmount.nanoseconds(limits.writeStallTimeout.wholeNanoseconds)
        self.init(
            additionalChannelHandlers: [WriteStallHandler(timeout: stall), RequestProgressHandler()],
            idleTimeout: .nanoseconds(limits.idleTimeout.wholeNanoseconds),
            httpDecoderConfiguration: DecoderConfiguration(
                maxHeaderFieldSize: limits.maxHeaderBytes, maxHeaderListSize: limits.maxHeaderBytes,
                maxHeaderFieldCount: limits.maxHeaderFields))
    }
}
