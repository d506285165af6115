import Ambient
import Dispatch
import Foundation

/// Runs `body` for each number below `count` on so many threads, in no order; each result goes to `take` as it comes, one at a
/// time. `take` returns false to end early.
func inParallel<Result: Sendable>(
    count: Int, jobs: Int?, _ body: @escaping @Sendable (Int) -> Result, take: @escaping @Sendable (Int, Result) -> Bool
) {
    let next = Guarded(0)
    let isOver = Guarded(false)
    let taking = Guarded(())
    DispatchQueue.concurrentPerform(iterations: max(1, jobs ?? ProcessInfo.processInfo.activeProcessorCount)) { _ in
        while true {
            let index = next.withLock { next -> Int in
                defer { next += 1 }
                return next
            }
            guard index < count, !isOver.withLock({ $0 }) else { return }
            let result = body(index)
            let goesOn = taking.withLock { _ in take(index, result) }
            if !goesOn { isOver.withLock { $0 = true } }
        }
    }
}
