import Ambient
import Foundation
import Simulation

/// Whether the simulator finds each deliberate bug, and how soon: a table of mutant, seeds needed and the law that told.
///
/// All mutants are tried side by side, seed by seed, so that one that takes many does not run alone in the end. The answer does not
/// depend on which thread is the faster one: the seed that counts is the first one that tells.
struct MutationCheck: Sendable {
    let seeds: Int
    let first: UInt64
    let jobs: Int?
    private let mutants = Mutant.all

    init(seeds: Int, first: UInt64, jobs: Int?) {
        self.seeds = seeds
        self.first = first
        self.jobs = jobs
    }

    private struct Finding: Sendable {
        /// From 0.
        let seed: Int
        let problem: String
    }

    /// Returns whether all were found.
    func run() -> Bool {
        let findings = Guarded([Finding?](repeating: nil, count: mutants.count))
        let (count, isTerminal) = (mutants.count, isatty(STDERR_FILENO) == 1)
        let start = Date()
        inParallel(count: seeds * count, jobs: jobs) { [mutants, first] index -> Finding? in
            let (seed, mutant) = (index / count, index % count)
            if let found = findings.withLock({ $0[mutant] }), found.seed < seed { return nil }
            let report = Life.run(LifeScript(seed: first + UInt64(seed)), mutant: mutants[mutant])
            return report.problems.first.map { Finding(seed: seed, problem: $0) }
        } take: { index, finding in
            let mutant = index % count
            return findings.withLock { findings in
                if let finding, findings[mutant].map({ finding.seed < $0.seed }) ?? true { findings[mutant] = finding }
                let left = findings.count { $0 == nil }
                if isTerminal, finding != nil {
                    FileHandle.standardError.write(Data("\r\(left) of \(count) mutants not found yet  ".utf8))
                }
                return left > 0
            }
        }
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
        return tell(findings.withLock { $0 }, start)
    }

    private func tell(_ findings: [Finding?], _ start: Date) -> Bool {
        let width = mutants.map(\.name.count).max() ?? 0
        print("\("mutant".padded(to: width))  seeds  found by")
        for (mutant, finding) in zip(mutants, findings) {
            let needed = finding.map { String($0.seed + 1) } ?? "-"
            let what = finding?.problem ?? "NOT FOUND within \(seeds) seeds: \(mutant.bug)"
            print("\(mutant.name.padded(to: width))  \(needed.padded(to: 5))  \(what.prefix(160))")
        }
        let missed = findings.count { $0 == nil }
        print("\(missed) of \(mutants.count) mutants missed; \(TimeSpent(since: start))")
        return missed == 0
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
