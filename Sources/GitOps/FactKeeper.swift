import Ambient
import ControllerRuntime
import GitClient

/// What is known of each source, by its uid; handed to one reconcile at a time, and changed from others only to hurry it.
final class FactKeeper: Sendable {
    private let facts = Guarded([String: SourceFacts]())

    func get(_ uid: String) -> SourceFacts { facts.withLock { $0[uid] ?? SourceFacts() } }

    func update(_ uid: String, _ change: (inout SourceFacts) -> Void) {
        facts.withLock { change(&$0[uid, default: SourceFacts()]) }
    }

    /// Tries again at once what waits to be tried again.
    func hurry(_ uid: String) { facts.withLock { $0[uid]?.hurry() } }

    func retain(_ uids: Set<String>) { facts.withLock { facts in facts = facts.filter { uids.contains($0.key) } } }
}

extension SourceFacts {
    /// Between tries of a server that fails; never longer than the interval, if that is half a minute or more.
    private static func backoff(_ interval: Duration) -> Backoff.Policy {
        Backoff.Policy(initial: .seconds(1), maximum: min(max(interval, .seconds(30)), .seconds(300)))
    }

    /// Takes in how a background operation ended.
    mutating func take(
        _ report: RepositoryReport, interval: Duration, jitterPercent: Int, uptime: Duration,
        _ randomness: any Randomness
    ) {
        switch report.finding {
        case .polled(let request, let result):
            let before = poll?.request.generation == request.generation ? poll?.failures ?? 0 : 0
            switch result {
            case .success(let commit):
                tip = TipFact(generation: request.generation, commit: commit)
                poll = PollFact(
                    request: request, problem: nil, failures: 0,
                    due: uptime + interval.jittered(percent: jitterPercent, randomness))
            case .failure(let problem):
                let delay = SourceFacts.backoff(interval).delay(afterAttempt: before + 1, randomness)
                poll = PollFact(request: request, problem: problem, failures: before + 1, due: uptime + delay)
            }
        case .prepared(let key, let result, let subject):
            let isRetry = content?.key == key
            let failures = isRetry ? content?.failures ?? 0 : 0
            var due: Duration?
            switch result {
            case .rendered: break
            case .refused(let problem) where !problem.mayPass: break
            case .refused, .failed:
                due = uptime + SourceFacts.backoff(interval).delay(afterAttempt: failures + 1, randomness)
            }
            content = ContentFact(key: key, result: result, subject: subject, failures: failures + 1, due: due)
            forgetObjects()
        }
    }
}

extension Duration {
    fileprivate func jittered(percent: Int, _ randomness: any Randomness) -> Duration {
        guard percent > 0 else { return self }
        return self * (1000 + randomness.below(20 * percent + 1) - 10 * percent) / 1000
    }
}
