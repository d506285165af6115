import Ambient
import InfraAPI

/// How long a slot waits after failures: 1 s, doubled to 5 minutes. No jitter: the planner is pure, and the slots of a
/// set fail at different times anyway.
enum ReplacementBackoff {
    static let first = Duration.seconds(1)
    static let longest = Duration.seconds(300)
    /// From this many failures in a row a slot is called crash looping, and the set Stalled.
    static let crashLoopThreshold = 3

    /// - Parameter failures: how many in a row, at least 1.
    static func delay(afterFailures failures: Int) -> Duration {
        min(longest, first * (1 << min(20, max(0, failures - 1))))
    }

    /// When the slot may be tried again.
    static func retryAt(_ failure: SlotFailure) -> Timestamp {
        failure.lastFailureAt + delay(afterFailures: failure.count)
    }

    static func retryAt(_ failure: EffectFailure) -> Timestamp {
        failure.at + delay(afterFailures: failure.attempts)
    }
}
