import Ambient
import Foundation
import Simulation

/// Whether the simulator finds each deliberate bug, and how soon: a table of mutant, seeds needed and the law that told.
struct MutationCheck {
    let seeds: Int
    let first: UInt64
    let jobs: Int?
    /// Whether those are tried too that no life shows yet.
    let includesUnfound: Bool

    private struct Finding: Sendable {
        let seedsNeeded: Int
        let problem: String
    }

    /// Returns whether all were found but those that are known not to be.
    func run() -> Bool {
        let mutants = Mutant.all.filter { includesUnfound || !Mutant.notFoundYet.contains($0.name) }
        let missing = Guarded(0)
        let width = mutants.map(\.name.count).max() ?? 0
        print("\("mutant".padded(to: width))  seeds  found by")
        inParallel(count: mutants.count, jobs: jobs) { index in
            find(mutants[index])
        } take: { index, finding in
            let mutant = mutants[index]
            let seeds = finding.map { String($0.seedsNeeded) } ?? "-"
            let what = finding?.problem ?? "NOT FOUND within \(self.seeds) seeds: \(mutant.bug)"
            print("\(mutant.name.padded(to: width))  \(seeds.padded(to: 5))  \(what.prefix(160))")
            fflush(nil)
            if finding == nil, !Mutant.notFoundYet.contains(mutant.name) { missing.withLock { $0 += 1 } }
            return true
        }
        let missed = missing.withLock { $0 }
        let known = Mutant.notFoundYet.sorted().joined(separator: ", ")
        print("\(missed) of \(mutants.count) mutants missed; not found yet, and known: \(known)")
        return missed == 0
    }

    private func find(_ mutant: Mutant) -> Finding? {
        for index in 0..<seeds {
            let report = Life.run(LifeScript(seed: first + UInt64(index)), mutant: mutant)
            if let problem = report.problems.first { return Finding(seedsNeeded: index + 1, problem: problem) }
        }
        return nil
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
