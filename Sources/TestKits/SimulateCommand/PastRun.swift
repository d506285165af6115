import Ambient
import Foundation
import Simulation

/// The lives that failed once, each under a few seeds: that what they showed was mended for good.
struct PastRun: Sendable {
    /// Seeds of each script.
    let count: Int
    let jobs: Int?

    /// Returns whether every life was without problems.
    func run() -> Bool {
        let start = Date()
        let scripts = PastFailure.all.flatMap { failure in failure.scripts(count).map { (failure.bug, $0) } }
        let failed = Guarded(0)
        inParallel(count: scripts.count, jobs: jobs) {
            Life.run(scripts[$0].1)
        } take: { index, report in
            guard !report.problems.isEmpty else { return true }
            failed.withLock { $0 += 1 }
            print("again, under seed \(report.seed): \(scripts[index].0)")
            for problem in report.problems { print("  \(problem)") }
            return true
        }
        let failures = failed.withLock { $0 }
        print(
            "\(PastFailure.all.count) past failures, \(scripts.count) lives in \(TimeSpent(since: start)); \(failures) failed"
        )
        return failures == 0
    }
}
