import Ambient
import Logging
import ResourceAPI

/// The bytes of a log. The head of the response is out when a failure comes, so that only the text can tell of it.
final class LogSource: Sendable {
    private let text: LogText
    private let logger: Logger
    private let hasFailed = Guarded(false)

    init(_ text: LogText, logger: Logger) {
        self.text = text
        self.logger = logger
    }

    var stream: StreamSource {
        StreamSource(next: { await self.next() }, cancel: { self.text.cancel() })
    }

    private func next() async -> [UInt8]? {
        if hasFailed.withLock({ $0 }) { return nil }
        do throws(APIStatus) {
            return try await text.next()
        } catch {
            hasFailed.withLock { $0 = true }
            logger.warning("log stream broke off", metadata: ["error": "\(error)"])
            return Array("\n[the log breaks off here: \(error.message)]\n".utf8)
        }
    }
}
