public import Ambient

/// Exponential back-off with a cap and jitter, as a value.
public struct Backoff: Sendable, Hashable {
    /// How the delays grow: `initial`, twice that, and so on up to `maximum`; of each delay up to `jitterPercent` is taken
    /// off at random, so that many who failed together do not come back together.
    public struct Policy: Sendable, Hashable {
        public var initial: Duration
        public var maximum: Duration
        /// 0...100
        public var jitterPercent: Int

        public init(
            initial: Duration = .seconds(1), maximum: Duration = .seconds(300), jitterPercent: Int = 20
        ) {
            self.initial = initial
            self.maximum = maximum
            self.jitterPercent = jitterPercent
        }

        /// 1 s to 5 min.
        public static let standard = Policy()

        /// The delay after the `attempt`-th failure in a row, counted from 1.
        public func delay(afterAttempt attempt: Int, _ randomness: any Randomness) -> Duration {
            var delay = min(initial, maximum)
            var step = 1
            while step < attempt, delay < maximum {
                delay = min(delay * 2, maximum)
                step += 1
            }
            guard jitterPercent > 0 else { return delay }
            return delay - delay * randomness.below(jitterPercent * 10 + 1) / 1000
        }
    }

    public let policy: Policy
    /// Failures since the last reset.
    public private(set) var attempts = 0

    public init(_ policy: Policy = .standard) {
        self.policy = policy
    }

    /// Counts a failure and says how long to wait.
    public mutating func next(_ randomness: any Randomness) -> Duration {
        attempts += 1
        return policy.delay(afterAttempt: attempts, randomness)
    }

    public mutating func reset() { attempts = 0 }
}
