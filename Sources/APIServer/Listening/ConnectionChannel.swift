import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// How a connection of either listener is set up, in order: on TCP the refusal of plain HTTP, TLS and the note of the
/// client's certificate; then the deadlines, and HTTP.
///
/// This is the one place where bytes become requests. A request that goes on as a websocket takes the bytes over at
/// `ConnectionTakeover`, which stands before HTTP.
struct ConnectionChannel: HTTPChannelHandler {
    typealias Value = HTTP1Channel.Value

    /// What only TCP has.
    struct Security: Sendable {
        let settings: TLSSettings
        let peers: PeerCertificates
    }

    let http: HTTP1Channel
    let limits: APIServerLimits
    /// nil on the unix socket.
    let security: Security?

    var responder: Responder { http.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let security {
                try pipeline.addHandlers(
                    PlainHTTPRefusal(), security.makeTLSHandler(), PeerCertificateHandler(security.peers),
                    WriteGathering())
            }
            try pipeline.addHandler(
                RequestDeadlines(
                    headTimeout: .nanoseconds(limits.requestHeadTimeout.wholeNanoseconds),
                    bodyTimeout: .nanoseconds(limits.requestBodyTimeout.wholeNanoseconds)))
            try pipeline.addHandler(ConnectionTakeover())
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

extension ConnectionChannel.Security {
    /// Every certificate passes here: `PeerCertificates` says why.
    fileprivate func makeTLSHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: settings.context) { _, promise in promise.succeed(.certificateVerified) }
    }
}

extension Duration {
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
