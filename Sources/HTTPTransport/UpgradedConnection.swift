import Ambient

/// A connection that was an HTTP request and is now whatever both sides agreed on: bytes in both directions.
///
/// One reader; whole messages of several writers stay whole. Reading slowly slows the other side down. It is closed by `cancel`, when a reading or
/// writing task is cancelled, and when it is let go.
public final class UpgradedConnection: Sendable {
    private let label: String
    private let limits: HTTPLimits
    private let buffer: StreamBuffer
    private let outbox: ConnectionOutbox
    private let startThread: @Sendable () -> Bool
    private let answered = Guarded(HTTPHeaders())

    init(
        _ request: HTTPRequest, _ endpoint: HTTPEndpoint, _ limits: HTTPLimits, onEnd: @escaping @Sendable () -> Void
    ) {
        let outbox = ConnectionOutbox(request.head(endpoint: endpoint))
        let buffer = StreamBuffer(label: request.label, capacity: limits.streamBufferBytes) { outbox.wake() }
        (label, self.limits, self.buffer, self.outbox) = (request.label, limits, buffer, outbox)
        startThread = {
            ConnectionThread(request, endpoint, limits, buffer, outbox, onEnd: onEnd).start()
        }
    }

    deinit { outbox.cancel() }

    /// Sends the request and waits for the answer's head.
    func open() async throws(HTTPError) -> HTTPUpgradeAnswer {
        guard startThread() else {
            throw HTTPError(
                code: .internalFailure, mayHaveReachedServer: false, message: "\(label): no thread for a connection")
        }
        let head = try await withTaskCancellationHandler {
            await buffer.waitForHead()
        } onCancel: {
            outbox.cancel()
        }.get()
        if head.status == 101 {
            answered.withLock { $0 = head.headers }
            return .switched(self)
        }
        var body: [UInt8] = []
        while let chunk = try await read() {
            body += chunk
            guard body.count <= limits.maxResponseBytes else {
                throw HTTPError(
                    code: .tooLarge, mayHaveReachedServer: true,
                    message: "\(label): the body is larger than \(limits.maxResponseBytes) bytes")
            }
        }
        return .refused(HTTPResponse(status: head.status, headers: head.headers, body: body))
    }

    /// Those of the answer that switched the protocol.
    public var headers: HTTPHeaders { answered.withLock { $0 } }

    /// The next bytes; nil when the other side has closed its direction.
    public func read() async throws(HTTPError) -> [UInt8]? {
        try await withTaskCancellationHandler {
            await buffer.next()
        } onCancel: {
            outbox.cancel()
        }.get()
    }

    /// Hands bytes over; waits while too many of earlier ones are not sent yet.
    public func write(_ bytes: [UInt8]) async throws(HTTPError) {
        let isTaken = await withTaskCancellationHandler {
            await outbox.append(bytes)
        } onCancel: {
            outbox.cancel()
        }
        guard isTaken else {
            throw HTTPError(
                code: .cancelled, mayHaveReachedServer: true, message: "\(label): the connection is closed")
        }
    }

    /// Hands a few bytes over without waiting for room, as an answer to what was read; dropped when it is closed.
    public func post(_ bytes: [UInt8]) { outbox.post(bytes) }

    /// Says that nothing more will be written, after what was; the other direction stays open.
    public func closeWriting() { outbox.closeWriting() }

    /// Closes both directions at once.
    public func cancel() { outbox.cancel() }
}
