/// What library code is handed instead of asking the system: a clock and a source of random numbers.
///
/// Production passes `SystemTime` and `SystemRandomness` (made in the composition roots alone); the simulator passes
/// virtual time and a seeded generator, which is what makes a run repeatable.
public struct Surroundings: Sendable {
    public let time: any TimeSource
    public let randomness: any Randomness

    public init(time: any TimeSource, randomness: any Randomness) {
        self.time = time
        self.randomness = randomness
    }
}

/// The clock. `now` may jump (it is the wall clock, and goes into records); `uptime` never goes back.
public protocol TimeSource: Sendable {
    var now: Timestamp { get }

    /// Time since an arbitrary fixed start, monotonic.
    var uptime: Duration { get }

    /// Suspends for `duration`; throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// Random numbers and identifiers.
public protocol Randomness: Sendable {
    func next() -> UInt64
}

extension Randomness {
    /// A random UUID (RFC 9562, version 4) in lower case.
    public func uuid() -> String {
        let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array(hex(high) + hex(low))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
            .joined(separator: "-")
    }

    /// `length` characters of Kubernetes' alphabet for generated names: no vowels (no words) and no look-alikes.
    public func nameSuffix(length: Int = 5) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
        return String(decoding: (0..<length).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }, as: UTF8.self)
    }

    /// A number in `0..<bound`.
    public func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    private func hex(_ value: UInt64) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return stride(from: 60, through: 0, by: -4).map { digits[Int(value >> UInt64($0) & 0xF)] }
    }
}
