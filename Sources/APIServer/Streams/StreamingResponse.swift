import Ambient
import Hummingbird
import NIOCore
import ResourceAPI

/// A response without an end of its own: it lasts until its source ends, the client goes, its time is over or the
/// server shuts down, and frees the source in each of these cases.
struct StreamingResponse: Sendable {
    let channel: any Channel
    let streams: OpenStreams
    /// Ended in order after this time.
    let duration: Duration
    let contentType: String
    let source: StreamSource

    /// Holds no task and no timer of a clock while nothing happens: there are thousands of them.
    ///
    /// - Throws: 503 when the server is shutting down.
    func response() throws(APIStatus) -> Response {
        let (channel, source) = (channel, source)
        let end: @Sendable () -> Void = {
            source.cancel()
            // A writer that waits for a client that does not read sees nothing but the end of its connection.
            if !channel.isWritable { channel.close(promise: nil) }
        }
        guard let id = streams.enter(end: end) else {
            source.cancel()
            throw .shuttingDown
        }
        let membership = StreamMembership(id: id, streams: streams, source: source)
        let lasts = TimeAmount.nanoseconds(duration.wholeNanoseconds)
        let body = ResponseBody { writer in
            let alarm = channel.eventLoop.scheduleTask(in: lasts, end)
            ConnectionTakeover.onEnd(of: channel) { source.cancel() }
            defer {
                alarm.cancel()
                ConnectionTakeover.onEnd(of: channel, nil)
                membership.leave()
            }
            while let chunk = await source.next() { try await writer.write(ByteBuffer(bytes: chunk)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: contentType], body: body)
    }
}

/// Where a stream's bytes come from. `next` returns nil at the end, and soon after `cancel`; a failure is the source's
/// to tell in its own format.
struct StreamSource: Sendable {
    let next: @Sendable () async -> [UInt8]?
    let cancel: @Sendable () -> Void
}

/// Holds a stream's place among the open ones, and frees it when the response is dropped unwritten too, which happens
/// when the client is gone before its head.
private final class StreamMembership: Sendable {
    private let id: UInt64
    private let streams: OpenStreams
    private let source: StreamSource

    init(id: UInt64, streams: OpenStreams, source: StreamSource) {
        self.id = id
        self.streams = streams
        self.source = source
    }

    func leave() {
        source.cancel()
        streams.leave(id)
    }

    deinit { leave() }
}
