import Ambient
import Hummingbird
import NIOCore
import ResourceAPI

/// A response without an end of its own: it lasts until its source ends, the client goes, its time is over or the
/// server shuts down, and frees the source in each of these cases.
struct StreamingResponse: Sendable {
    let channel: any Channel
    let streams: OpenStreams
    let time: any TimeSource
    /// Ended in order after this time.
    let duration: Duration
    let contentType: String
    let source: StreamSource

    /// - Throws: 503 when the server is shutting down.
    func response(to request: Request) throws(APIStatus) -> Response {
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
        let body = ResponseBody { writer in
            defer { membership.leave() }
            // The server does not cancel a handler when its client goes; it tells of the closed connection here alone.
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { await endAfterDuration(end) }
                    defer { group.cancelAll() }
                    while let chunk = await source.next() {
                        try await writer.write(ByteBuffer(bytes: chunk))
                    }
                }
                try await writer.finish(nil)
            } onInboundClosed: {
                source.cancel()
            }
        }
        // Listening for the client's end uses up what comes in: the connection ends with the response, and a client that
        // was not told would lose its next request.
        return Response(status: .ok, headers: [.contentType: contentType, .connection: "close"], body: body)
    }

    @Sendable private func endAfterDuration(_ end: @Sendable () -> Void) async {
        // Cancelled: the stream is over already.
        guard (try? await time.sleep(for: duration)) != nil else { return }
        end()
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
