import Ambient
import Foundation
import Simulation

/// Many seeds, with a line of progress and, for each failure, the shrunk script and how to run it again.
struct SeedRun {
    /// After so many failures the rest tells nothing new.
    private static let failureLimit = 5

    let seeds: Int
    let first: UInt64
    let jobs: Int?
    let mutant: Mutant
    /// Whether failures are made shorter, which takes up to some 100 lives each.
    let shrinks: Bool

    private struct Tally {
        var done = 0
        var counts = ClusterCounts()
        var steps = 0
        var failures: [ClusterReport] = []
    }

    /// Returns whether every life was without problems.
    func run() -> Bool {
        let start = Date()
        let tally = Guarded(Tally())
        let isTerminal = isatty(STDERR_FILENO) == 1
        inParallel(count: seeds, jobs: jobs) { [first, mutant] index in
            Life.run(LifeScript(seed: first + UInt64(index)), mutant: mutant)
        } take: { [seeds] _, report in
            tally.withLock { tally in
                tally.done += 1
                tally.counts = tally.counts + report.counts
                tally.steps += report.jobCount
                if !report.problems.isEmpty { tally.failures.append(report) }
                if isTerminal, tally.done % 10 == 0 || tally.done == seeds {
                    FileHandle.standardError.write(
                        Data("\r\(tally.done) of \(seeds) seeds, \(tally.failures.count) failed".utf8))
                }
                return tally.failures.count < SeedRun.failureLimit
            }
        }
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
        let result = tally.withLock { $0 }
        let spent = TimeSpent(since: start).description
        for report in result.failures.sorted(by: { $0.seed < $1.seed }) { tell(report) }
        let counts = result.counts
        print(
            """
            \(result.done) seeds in \(spent): \(result.steps) steps, \(counts.commits) commits, \(counts.effects) effects, \
            \(counts.faults) faults, \(counts.handovers) handovers, \(counts.crashes) crashes of the controller, \
            \(counts.deaths) deaths of instances; \(result.failures.count) failed
            """)
        if result.done < seeds { print("given up after \(result.done) of \(seeds) seeds") }
        return result.failures.isEmpty
    }

    private func tell(_ report: ClusterReport) {
        let script = LifeScript(seed: report.seed)
        print("seed \(report.seed):")
        for problem in report.problems { print("  \(problem)") }
        guard shrinks else { return print("  the story: make simulate SEED=\(report.seed)") }
        let kept = LifeShrinker.shrink(script, like: report, mutant: mutant)
        let shrunk = script.keeping(kept)
        print("  shrunk to \(kept.count) of \(script.entries.count) entries:")
        for entry in shrunk.entries { print("    after \(entry.pause) ms: \(entry.action)") }
        print("  the story: make simulate SEED=\(report.seed) KEEP=\(kept.map(String.init).joined(separator: ","))")
        if mutant.name == Mutant.none.name { print("  to be remembered:\n\(shrunk.code(bug: "…"))") }
    }
}
