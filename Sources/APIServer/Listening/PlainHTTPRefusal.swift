import JSON
import NIOCore
import ResourceAPI

/// Stands before the TLS handler and answers a client that speaks plain HTTP in words that it understands; to TLS it
/// would look like noise, and the client would see nothing but a closed connection.
final class PlainHTTPRefusal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The content type of a TLS record with a handshake message (RFC 8446, 5.1): the first byte of every TLS client.
    private static let handshakeRecord: UInt8 = 22
    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefused { return }
        guard let first = unwrapInboundIn(data).getInteger(at: unwrapInboundIn(data).readerIndex, as: UInt8.self) else {
            return
        }
        if first == PlainHTTPRefusal.handshakeRecord {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            return
        }
        isRefused = true
        let status = APIStatus(
            code: 400, reason: .badRequest,
            message: "the client sent plain HTTP to a port that speaks TLS: use https://")
        context.refuse(status)
    }
}

extension ChannelHandlerContext {
    /// Answers with a Status outside of the HTTP pipeline, and closes the connection.
    func refuse(_ status: APIStatus) {
        let body = status.json.encodedString()
        let head =
            "HTTP/1.1 \(status.code) \(status.reason.rawValue)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        // Closed when it is written, whether the client takes it or not.
        let channel = channel
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        writeAndFlush(NIOAny(ByteBuffer(string: head + body)), promise: written)
    }
}
