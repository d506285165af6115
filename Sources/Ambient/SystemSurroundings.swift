// The one place that asks the system for time and random numbers. House rule: only composition roots (executables,
// benchmarks and tests of the real thing) may name these types.

/// The system's clocks.
public struct SystemTime: TimeSource {
    private let start = ContinuousClock.now

    public init() {}

    public var now: Timestamp {
        let sinceEpoch = SystemTime.wallClock()
        return Timestamp(microsecondsSinceEpoch: sinceEpoch)
    }

    public var uptime: Duration { start.duration(to: .now) }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, tolerance: .zero)
    }
}

/// The system's random number generator.
public struct SystemRandomness: Randomness {
    public init() {}

    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension Surroundings {
    /// The real clock and the real random numbers.
    public static var system: Surroundings { Surroundings(time: SystemTime(), randomness: SystemRandomness()) }
}
