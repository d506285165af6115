import Ambient

/// Runs the jobs of the tasks that prefer it one at a time, on the thread that calls `runOne`, in an order that the seed
/// chooses: every interleaving that a scheduler could produce, and each again by its seed.
///
/// Root tasks made with `Task(executorPreference:)`, default actors, child tasks and continuations stay on it. `Task {}`,
/// `Task.detached` and sleeps on a real clock escape; a job that comes back from another thread is counted as an escape,
/// since the run is then no longer repeatable.
public final class SeededExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var isDriving = false
        var jobs = 0
        var escapes = 0
    }

    private let state = Guarded(State())
    private let randomness: SeededRandomness
    private let driver = Guarded<ThreadID?>(nil)

    public init(randomness: SeededRandomness) {
        self.randomness = randomness
    }

    /// Jobs that ran so far.
    public var jobCount: Int { state.withLock { $0.jobs } }

    /// Jobs that were enqueued by another thread than the one that runs them.
    public var escapeCount: Int { state.withLock { $0.escapes } }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isForeign = driver.withLock { $0.map { $0 != .current } ?? false }
        state.withLock { state in
            state.ready.append(job)
            if isForeign { state.escapes += 1 }
        }
    }

    /// Runs one of the ready jobs; false when there is none.
    func runOne() -> Bool {
        driver.withLock { $0 = .current }
        let job = state.withLock { state -> UnownedJob? in
            guard !state.ready.isEmpty else { return nil }
            state.jobs += 1
            return state.ready.remove(at: randomness.below(state.ready.count))
        }
        guard let job else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }
}
