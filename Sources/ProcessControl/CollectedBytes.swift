import Ambient

/// What a program has written so far, up to a limit.
final class CollectedBytes: Sendable {
    private let limit: Int
    private let collected = Guarded<[UInt8]>([])

    init(limit: Int) {
        self.limit = limit
    }

    /// What is kept: never more than the limit.
    var bytes: [UInt8] {
        let limit = limit
        return collected.withLock { Array($0.suffix(limit)) }
    }

    /// False when that is more than the limit.
    func append(_ chunk: [UInt8]) -> Bool {
        let limit = limit
        return collected.withLock { bytes in
            guard chunk.count <= limit - bytes.count else { return false }
            bytes += chunk
            return true
        }
    }

    /// Forgets the beginning when it gets more than the limit.
    func appendKeepingTheEnd(_ chunk: [UInt8]) {
        let limit = limit
        collected.withLock { bytes in
            bytes += chunk
            if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
        }
    }
}
