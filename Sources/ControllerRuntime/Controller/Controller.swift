public import Ambient
public import Logging
public import Telemetry

/// Takes keys from its work queue and reconciles them, several at a time, never one key twice at once.
///
/// Level-based: a key says where to look, not what happened. Handlers of caches and operations add keys; the reconcile reads
/// the present state and says by its outcome when to look again.
public final class Controller<Key: Hashable & Sendable & CustomStringConvertible>: Sendable {
    /// Brings one key closer to what is desired. Every line that it logs goes to the logger it gets, which carries the
    /// controller, the key and the id of this reconcile.
    public typealias Reconcile = @Sendable (Key, Logger) async -> ReconcileOutcome

    private struct State {
        var nextID = 0
        var counters = ControllerCounters()
        var failures: [Key: Int] = [:]
    }

    public let name: String
    public let queue: WorkQueue<Key>
    private let workers: Int
    private let backoff: Backoff.Policy
    private let surroundings: Surroundings
    private let logger: Logger
    private let measures: ControllerMeasures?
    private let reconcile: Reconcile
    private let state = Guarded(State())

    /// - Parameters:
    ///   - workers: keys that are reconciled at the same time, at least 1.
    ///   - metrics: where outcomes, durations and the queue are counted; nil: nowhere.
    public init(
        _ name: String, workers: Int = 4, backoff: Backoff.Policy = .standard, _ surroundings: Surroundings,
        logger: Logger, metrics: MetricRegistry? = nil, reconcile: @escaping Reconcile
    ) {
        precondition(workers > 0, "a controller needs a worker")
        self.name = name
        self.workers = workers
        self.backoff = backoff
        self.surroundings = surroundings
        self.reconcile = reconcile
        let queue = WorkQueue<Key>(time: surroundings.time)
        self.queue = queue
        measures = metrics.map { ControllerMeasures($0, controller: name) }
        measures?.watchQueue(depth: { Double(queue.counts.ready) }, age: { queue.age / .seconds(1) })
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
    }

    public var counters: ControllerCounters {
        var counters = state.withLock { state in
            var counters = state.counters
            counters.failing = state.failures.count
            return counters
        }
        (counters.ready, counters.processing, counters.delayed) = queue.counts
        return counters
    }

    /// Runs the workers until the task is cancelled or the queue is shut down.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.queue.run() }
            for _ in 0..<workers {
                group.addTask { await self.work() }
            }
        }
    }

    private func work() async {
        while let key = await queue.next() {
            let id = state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
            var logger = logger
            logger[metadataKey: "reconcile"] = "\(name)-\(id)"
            logger[metadataKey: "key"] = "\(key)"
            let start = surroundings.time.uptime
            let outcome = await reconcile(key, logger)
            measures?.reconciled(outcome.measured, in: surroundings.time.uptime - start)
            settle(key, outcome, logger)
            queue.done(key)
        }
    }

    private func settle(_ key: Key, _ outcome: ReconcileOutcome, _ logger: Logger) {
        switch outcome {
        case .done:
            state.withLock { state in
                state.counters.done += 1
                state.failures[key] = nil
            }
            logger.trace("reconciled")
        case .requeue(let delay):
            state.withLock { state in
                state.counters.requeued += 1
                state.failures[key] = nil
            }
            // A time that is over already must not make the worker spin.
            queue.add(key, after: max(delay, .milliseconds(1)))
            logger.trace("reconciled, looking again later", metadata: ["after": "\(delay)"])
        case .failed(let error):
            let attempt = state.withLock { state in
                state.counters.failed += 1
                state.failures[key, default: 0] += 1
                return state.failures[key, default: 1]
            }
            let delay = backoff.delay(afterAttempt: attempt, surroundings.randomness)
            queue.add(key, after: delay)
            logger.warning(
                "reconcile failed, trying again later",
                metadata: ["error": "\(error)", "attempt": "\(attempt)", "after": "\(delay)"])
        }
    }
}

extension ReconcileOutcome {
    fileprivate var measured: ControllerMeasures.Outcome {
        switch self {
        case .done: .done
        case .requeue: .requeued
        case .failed: .failed
        }
    }
}
