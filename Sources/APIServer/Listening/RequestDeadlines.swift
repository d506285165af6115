import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import ResourceAPI

/// Closes connections whose requests do not arrive in time: a client that sends its headers a byte at a time would
/// hold its connection for ever, since each byte counts as activity.
///
/// Stands where bytes are still bytes; `RequestProgressHandler`, behind the HTTP decoder, tells it of heads and ends.
/// A connection on which nothing was begun is the idle timeout's.
final class RequestDeadlines: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case idle
        case head
        case body
        case served
    }

    private let headTimeout: TimeAmount
    private let bodyTimeout: TimeAmount
    // The first request counts from the beginning, with the TLS handshake.
    private var phase = Phase.head
    private var hasBytes = false
    private var hasAnswerBegun = false
    private var hasAnswerEnded = false
    private var alarm: Scheduled<Void>?

    init(headTimeout: TimeAmount, bodyTimeout: TimeAmount) {
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) { setAlarm(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        alarm = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasBytes = true
        if phase == .idle { enter(.head) }
        context.fireChannelRead(data)
    }

    /// Only now: a request that comes as a whole needs no alarm at all.
    func channelReadComplete(context: ChannelHandlerContext) {
        if alarm == nil { setAlarm(context) }
        context.fireChannelReadComplete()
    }

    func headArrived() {
        hasAnswerBegun = false
        hasAnswerEnded = false
        enter(.body)
    }

    /// An answer may end before its request does.
    func requestEnded() { enter(hasAnswerEnded ? .idle : .served) }

    func answerBegan() { hasAnswerBegun = true }

    func answerEnded() {
        hasAnswerEnded = true
        if phase == .served { enter(.idle) }
    }

    private func enter(_ phase: Phase) {
        self.phase = phase
        alarm?.cancel()
        alarm = nil
    }

    private func setAlarm(_ context: ChannelHandlerContext) {
        let timeout: TimeAmount
        switch phase {
        case .idle, .served: return
        case .head: timeout = headTimeout
        case .body: timeout = bodyTimeout
        }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { self.expire(context, timeout) }
    }

    private func expire(_ context: ChannelHandlerContext, _ timeout: TimeAmount) {
        // Who has sent nothing (or not even finished its TLS handshake) has asked nothing.
        if hasAnswerBegun || !hasBytes {
            context.close(promise: nil)
            return
        }
        let what = phase == .head ? "headers" : "body"
        context.refuse(
            APIStatus(
                code: 408, reason: .timeout,
                message: "the request's \(what) did not arrive within \(timeout.nanoseconds / 1_000_000) ms"))
    }
}

/// Tells `RequestDeadlines` how far the requests of its connection are.
final class RequestProgressHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private var deadlines: RequestDeadlines?

    func handlerAdded(context: ChannelHandlerContext) {
        deadlines = try? context.pipeline.syncOperations.handler(type: RequestDeadlines.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadlines = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: deadlines?.headArrived()
        case .body: break
        case .end: deadlines?.requestEnded()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: deadlines?.answerBegan()
        case .body: break
        case .end: deadlines?.answerEnded()
        }
        context.write(data, promise: promise)
    }
}
