import NIOCore

/// Puts the pieces of a response that are written between two flushes together, before TLS makes a record of each: the
/// head and the body of an answer, or the length, the line and the end of a chunk.
///
/// Stands between TLS and HTTP. Pieces that are large go through as they are.
final class WriteGathering: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What a record of TLS holds.
    private static let recordBytes = 16 << 10

    private var gathered: ByteBuffer?
    private var promise: EventLoopPromise<Void>?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var piece = unwrapOutboundIn(data)
        if (gathered?.readableBytes ?? 0) + piece.readableBytes > WriteGathering.recordBytes { pass(context) }
        guard piece.readableBytes <= WriteGathering.recordBytes else {
            return context.write(wrapOutboundOut(piece), promise: promise)
        }
        if gathered == nil { gathered = piece } else { gathered?.writeBuffer(&piece) }
        keep(promise)
    }

    func flush(context: ChannelHandlerContext) {
        pass(context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        pass(context)
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        gathered = nil
        promise.take()?.fail(ChannelError.ioOnClosedChannel)
    }

    /// All pieces are written when the whole is.
    private func keep(_ piece: EventLoopPromise<Void>?) {
        guard let piece else { return }
        if let promise { promise.futureResult.cascade(to: piece) } else { promise = piece }
    }

    private func pass(_ context: ChannelHandlerContext) {
        guard let whole = gathered.take() else { return }
        context.write(wrapOutboundOut(whole), promise: promise.take())
    }
}
