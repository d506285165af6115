public import Ambient

/// One repeatable run: executor, clock and random numbers, all made from one seed.
///
///     let simulation = Simulation(seed: 7)
///     let end = simulation.run(until: .seconds(3600)) { await scenario(simulation) }
public struct Simulation: Sendable {
    /// How a run ended.
    public enum End: Sendable, Hashable {
        /// The body returned.
        case finished
        /// The body waits for something that nobody will do: nothing is ready and nobody sleeps.
        case stuck
        /// The virtual deadline came first.
        case deadline
        /// So many jobs ran that something must be spinning.
        case tooManyJobs
        /// A step's check asked to stop.
        case stopped
    }

    public let seed: UInt64
    public let time: VirtualTime
    public let randomness: SeededRandomness
    public let transcript: Transcript
    private let executor: SeededExecutor

    /// 2026-01-01T00:00:00Z, so that times in failures are easy to read.
    public static let start = Timestamp(microsecondsSinceEpoch: 1_767_225_600_000_000)

    /// - Parameter keepsTranscript: false saves the time of writing down what happens.
    public init(seed: UInt64, start: Timestamp = Simulation.start, keepsTranscript: Bool = true) {
        self.seed = seed
        let root = SeededRandomness(seed: seed)
        time = VirtualTime(start: start)
        randomness = root.stream("library")
        executor = SeededExecutor(randomness: root.stream("executor"))
        transcript = Transcript(time: time, isKept: keepsTranscript)
    }

    /// What library code is handed.
    public var surroundings: Surroundings { Surroundings(time: time, randomness: randomness) }

    /// Jobs that ran so far.
    public var jobCount: Int { executor.jobCount }
    /// Jobs that came from outside; anything but 0 means that the run cannot be repeated.
    public var escapeCount: Int { executor.escapeCount }

    /// Runs `body`, and every task that it makes, to its end on the calling thread; what is left then is cancelled and
    /// brought to an end.
    ///
    /// - Parameters:
    ///   - deadline: virtual uptime at which the run ends at the latest.
    ///   - maxJobs: the run ends after so many jobs.
    ///   - afterEachJob: looks at the world; false stops the run.
    public func run(
        until deadline: Duration, maxJobs: Int = 20_000_000, afterEachJob: () -> Bool = { true },
        _ body: @escaping @Sendable () async -> Void
    ) -> End {
        let isFinished = Guarded(false)
        let root = Task(executorPreference: executor) {
            await body()
            isFinished.withLock { $0 = true }
        }
        let end = drive(until: deadline, maxJobs: maxJobs, afterEachJob) { isFinished.withLock { $0 } }
        if end != .finished {
            root.cancel()
            _ = drive(until: deadline + .seconds(3600), maxJobs: 1_000_000, { true }) { isFinished.withLock { $0 } }
        }
        return end
    }

    private func drive(
        until deadline: Duration, maxJobs: Int, _ afterEachJob: () -> Bool, isFinished: () -> Bool
    ) -> End {
        var left = maxJobs
        while !isFinished() {
            if executor.runOne() {
                left -= 1
                if !afterEachJob() { return .stopped }
                if left == 0 { return .tooManyJobs }
            } else if let due = time.nextDue {
                if due > deadline { return .deadline }
                _ = time.advance()
            } else {
                return .stuck
            }
        }
        return .finished
    }
}
