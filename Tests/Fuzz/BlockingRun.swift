import Ambient

/// Runs asynchronous code to its end on the calling thread, as libFuzzer wants it.
final class BlockingRun: TaskExecutor, Sendable {
    private let jobs = Guarded<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    static func value<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Value {
        let executor = BlockingRun()
        let result = Guarded<Value?>(nil)
        Task(executorPreference: executor) {
            let value = await operation()
            result.withLock { $0 = value }
        }
        while true {
            if let value = result.withLock({ $0 }) { return value }
            let job = executor.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            // Nothing in the code under test waits for another thread or a timer.
            guard let job else { fail("the code under test waits for something that nobody does") }
            job.runSynchronously(on: executor.asUnownedTaskExecutor())
        }
    }
}
