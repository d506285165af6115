import Ambient
import Logging
import ResourceAPI

/// The bytes of a log. The head of the response is out when a failure comes, so that only the text can tell of it.
final class LogSource: Sendable {
    private let text: LogText
    private let logger: Logger
    private let hasFailed = Guarded(false)
    /// nil: no limit.
    private let bytesLeft: Guarded<Int?>

    init(_ text: LogText, limitBytes: Int?, logger: Logger) {
        self.text = text
        self.logger = logger
        bytesLeft = Guarded(limitBytes)
    }

    var stream: StreamSource {
        StreamSource(next: { await self.next() }, cancel: { self.text.cancel() })
    }

    private func next() async -> [UInt8]? {
        if hasFailed.withLock({ $0 }) { return nil }
        do throws(APIStatus) {
            if bytesLeft.withLock({ $0 == 0 }) {
                text.cancel()
                return nil
            }
            guard let chunk = try await text.next() else { return nil }
            return bytesLeft.withLock { left in
                guard let most = left else { return chunk }
                left = most - min(most, chunk.count)
                return Array(chunk.prefix(most))
            }
        } catch {
            hasFailed.withLock { $0 = true }
            logger.warning("log stream broke off", metadata: ["error": "\(error)"])
            return Array("\n[the log breaks off here: \(error.message)]\n".utf8)
        }
    }
}
