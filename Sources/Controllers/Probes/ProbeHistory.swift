import Ambient
import InfraAPI
import Planning

/// What the answers of one probe add up to; pure.
struct ProbeHistory: Sendable, Hashable {
    let failureThreshold: Int
    private(set) var result = ProbeResult.unknown
    private var failures = 0

    init(failureThreshold: Int) { self.failureThreshold = failureThreshold }

    /// nil is Unknown: it neither counts for nor against. Returns whether the result changed.
    mutating func add(_ passed: Bool?, at time: Timestamp) -> Bool {
        let before = result
        switch passed {
        case nil: break
        case true?:
            failures = 0
            if case .pass = result {} else { result = .pass(since: time) }
        case false?:
            failures += 1
            if failures >= failureThreshold {
                if case .fail = result {} else { result = .fail(since: time) }
            }
        }
        return result != before
    }
}
