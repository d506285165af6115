import NIOCore

/// Closes a connection whose client does not read what is sent to it.
///
/// A response's writer waits while the socket is full. Without a bound a client that stops reading would hold its
/// watch, and the buffers of it, for ever.
final class WriteStallHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let timeout: TimeAmount
    private var pendingClose: Scheduled<Void>?

    init(timeout: TimeAmount) { self.timeout = timeout }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pendingClose?.cancel()
        pendingClose = nil
        if !context.channel.isWritable {
            let channel = context.channel
            pendingClose = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        pendingClose?.cancel()
        pendingClose = nil
    }
}
