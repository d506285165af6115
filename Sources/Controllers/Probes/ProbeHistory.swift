import Ambient
import InfraAPI
import Planning

/// What one probe said, in words where it did not pass.
enum ProbeAnswer: Sendable, Hashable {
    case pass
    case fail(String)
    /// No route, or trouble on our side: it neither counts for nor against.
    case unknown(String)
}

/// What the answers of one probe add up to; pure.
struct ProbeHistory: Sendable, Hashable {
    let failureThreshold: Int
    private(set) var result = ProbeResult.unknown
    private var failures = 0
    private var notPassed = 0
    private var lastWords: String?

    init(failureThreshold: Int) { self.failureThreshold = failureThreshold }

    /// Why it does not pass, once it has not passed as often as a failure takes: an instance that merely begins has no
    /// trouble to tell of.
    var trouble: String? { notPassed >= failureThreshold ? lastWords : nil }

    /// Returns whether there is news.
    mutating func add(_ answer: ProbeAnswer, at time: Timestamp) -> Bool {
        let before = (result, trouble)
        switch answer {
        case .pass:
            (failures, notPassed, lastWords) = (0, 0, nil)
            if case .pass = result {} else { result = .pass(since: time) }
        case .fail(let words):
            notPassed += 1
            lastWords = words
            failures += 1
            if failures >= failureThreshold {
                if case .fail = result {} else { result = .fail(since: time) }
            }
        case .unknown(let words):
            notPassed += 1
            lastWords = words
        }
        return (result, trouble) != before
    }
}

extension ProbeResult {
    func moved(by offset: Duration) -> ProbeResult {
        switch self {
        case .unknown: .unknown
        case .pass(let since): .pass(since: since + offset)
        case .fail(let since): .fail(since: since + offset)
        }
    }
}
