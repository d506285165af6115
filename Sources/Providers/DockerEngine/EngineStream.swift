internal import Ambient
internal import HTTPTransport

/// Takes bytes in as they come, and gives elements out.
protocol StreamDecoder: Sendable {
    associatedtype Element: Sendable
    mutating func feed(_ bytes: [UInt8])
    /// The next whole element, or nil when more bytes are needed. Throws a sentence when the bytes make no sense.
    mutating func next() throws(StreamFlaw) -> Element?
    /// What is left when the bytes are over.
    mutating func last() throws(StreamFlaw) -> Element?
}

/// Why a stream cannot be understood.
struct StreamFlaw: Error {
    let message: String
}

/// Something that the engine tells bit by bit. One reader; `cancel`, or letting go, closes the connection.
public final class EngineStream<Element: Sendable>: Sendable {
    private let body: HTTPBody
    private let call: EngineCall
    private let step: @Sendable ([UInt8]?) throws(StreamFlaw) -> Element?
    private let hasEnded = Guarded(false)

    init<Decoder: StreamDecoder>(_ body: HTTPBody, _ decoder: Decoder, _ call: EngineCall)
    where Decoder.Element == Element {
        self.body = body
        self.call = call
        let decoder = Guarded(decoder)
        step = { (bytes: [UInt8]?) throws(StreamFlaw) -> Element? in
            try decoder.withLock { decoder throws(StreamFlaw) -> Element? in
                guard let bytes else { return try decoder.last() }
                decoder.feed(bytes)
                return try decoder.next()
            }
        }
    }

    public func cancel() { body.cancel() }

    /// The next element; nil at the end.
    public func next() async throws(DockerError) -> Element? {
        var bytes: [UInt8]? = []
        while true {
            do throws(StreamFlaw) {
                if hasEnded.withLock({ $0 }) { return nil }
                if let element = try step(bytes) { return element }
                if bytes == nil {
                    hasEnded.withLock { $0 = true }
                    return nil
                }
            } catch {
                cancel()
                throw .malformed(error.message, call: call)
            }
            do throws(HTTPError) {
                var iterator = body.makeAsyncIterator()
                bytes = try await iterator.next(isolation: nil)
            } catch {
                throw DockerError(error, call: call)
            }
        }
    }
}
