/// The body of a streamed response, in chunks as they come. One reader only.
///
/// Reading slowly slows the sender down: beyond the transport's `streamBufferBytes` the connection is not read. The
/// transfer is closed when the reading task is cancelled or the last copy of the body and its iterator are gone.
public struct HTTPBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = HTTPError

    let lease: BodyLease

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }

    /// Closes the transfer; a reader that waits gets `cancelled`.
    public func cancel() { lease.cancel() }

    /// All that is left of the body.
    ///
    /// - Throws: `tooLarge` beyond `limit` bytes.
    public func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        var iterator = makeAsyncIterator()
        while let chunk = try await iterator.next(isolation: nil) {
            guard bytes.count + chunk.count <= limit else {
                throw HTTPError(
                    code: .tooLarge, mayHaveReachedServer: true,
                    message: "\(lease.label): the body is larger than \(limit) bytes")
            }
            bytes += chunk
        }
        return bytes
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let lease: BodyLease

        public mutating func next() async throws(HTTPError) -> [UInt8]? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
            try await lease.next()
        }
    }
}

/// Holds a streamed transfer open, and closes it when nobody can read it any more.
final class BodyLease: Sendable {
    let label: String
    private let buffer: StreamBuffer
    let cancel: @Sendable () -> Void

    init(label: String, buffer: StreamBuffer, cancel: @escaping @Sendable () -> Void) {
        self.label = label
        self.buffer = buffer
        self.cancel = cancel
    }

    deinit { cancel() }

    func next() async throws(HTTPError) -> [UInt8]? {
        try await withTaskCancellationHandler {
            await buffer.next()
        } onCancel: {
            cancel()
        }.get()
    }
}
