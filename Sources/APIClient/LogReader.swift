import Ambient
import HTTPTransport
import ResourceAPI

/// Reads a streamed text.
final class LogReader: Sendable {
    private let body: HTTPBody
    private let location: ServerLocation
    private let isCancelled = Guarded(false)

    init(_ body: HTTPBody, at location: ServerLocation) {
        self.body = body
        self.location = location
    }

    var text: LogText {
        LogText(
            next: { () async throws(APIStatus) in try await self.next() },
            cancel: {
                self.isCancelled.withLock { $0 = true }
                self.body.cancel()
            })
    }

    private func next() async throws(APIStatus) -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        do throws(HTTPError) {
            return try await iterator.next(isolation: nil)
        } catch {
            if isCancelled.withLock({ $0 }) || error.code == .cancelled { return nil }
            throw APIStatus(error, at: location, isWrite: false)
        }
    }
}
