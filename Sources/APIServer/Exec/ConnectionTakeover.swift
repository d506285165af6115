import Ambient
import NIOCore

/// Passes the bytes of a connection on to the HTTP server, until a request takes the connection over: from then on what
/// comes in is that request's, and the HTTP server hears nothing more of it. What goes out goes on being the response's body.
///
/// A websocket begins so. It stands before the HTTP decoder, which stops at a request that asks for another protocol. A
/// response without an end of its own is told here when its client goes: the HTTP server tells nobody who does not read.
final class ConnectionTakeover: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var incoming: IncomingBytes?
    private var holdsRead = false
    private var hasEnded = false
    private var onEnd: (@Sendable () -> Void)?

    /// Calls `body` when the client goes, soon if it is gone already; nil takes back what was asked for before.
    static func onEnd(of channel: any Channel, _ body: (@Sendable () -> Void)?) {
        channel.eventLoop.execute {
            guard
                let handler = try? channel.pipeline.syncOperations.handler(type: ConnectionTakeover.self),
                !handler.hasEnded
            else {
                body?()
                return
            }
            handler.onEnd = body
        }
    }

    /// Takes the connection of a request over; nil when it is closed already.
    static func take(_ channel: any Channel) async -> IncomingBytes? {
        try? await channel.eventLoop.submit { () -> IncomingBytes in
            let handler = try channel.pipeline.syncOperations.handler(type: ConnectionTakeover.self)
            let context = try channel.pipeline.syncOperations.context(handlerType: ConnectionTakeover.self)
            return handler.begin(context)
        }.get()
    }

    private func begin(_ context: ChannelHandlerContext) -> IncomingBytes {
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        let incoming = IncomingBytes {
            loop.execute { bound.value.handler.goOn(bound.value.context) }
        }
        self.incoming = incoming
        return incoming
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard holdsRead else { return }
        holdsRead = false
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let incoming else { return context.fireChannelRead(data) }
        incoming.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    /// A reader that is slow slows its client down.
    func read(context: ChannelHandlerContext) {
        if incoming?.isFull == true { holdsRead = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { end() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        hasEnded = true
        incoming?.end()
        let body = onEnd.take()
        body?()
    }
}

/// The bytes of a connection that was taken over, as they come. One reader.
final class IncomingBytes: Sendable {
    private static let capacity = 256 << 10

    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var waiter: CheckedContinuation<[UInt8]?, Never>?
    }

    private let state = Guarded(State())
    private let drained: @Sendable () -> Void

    /// - Parameter drained: called when there is room again.
    init(drained: @escaping @Sendable () -> Void) { self.drained = drained }

    var isFull: Bool { state.withLock { $0.bytes.count >= IncomingBytes.capacity } }

    func append(_ bytes: [UInt8]) {
        let waiter = state.withLock { state in
            guard let waiter = state.waiter.take() else {
                state.bytes += bytes
                return CheckedContinuation<[UInt8]?, Never>?.none
            }
            return waiter
        }
        waiter?.resume(returning: bytes)
    }

    func end() {
        let waiter = state.withLock { state in
            state.hasEnded = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    /// nil at the end of the connection, and soon after the task is cancelled.
    func next() async -> [UInt8]? {
        let bytes = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (known, isOver): ([UInt8], Bool) = state.withLock { state in
                    let bytes = state.bytes
                    state.bytes = []
                    if bytes.isEmpty, !state.hasEnded { state.waiter = continuation }
                    return (bytes, bytes.isEmpty && state.hasEnded)
                }
                if isOver { continuation.resume(returning: nil) }
                if !known.isEmpty { continuation.resume(returning: known) }
            }
        } onCancel: {
            end()
        }
        drained()
        return bytes
    }
}
