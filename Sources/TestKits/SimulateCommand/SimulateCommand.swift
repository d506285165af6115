import ArgumentParser
import Logging
import Simulation

/// `imm-simulate`: runs lives of the whole controller against the laws, or shows one of them again.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "imm-simulate",
        abstract: "Runs the whole controller against a provider, a network and users that do their worst.",
        discussion: """
            Each seed is one life: what users do, what breaks and when, and in which order everything runs. After each commit and
            each call the laws are checked; when the faults have stopped, that a fixed point is reached. The same seed gives the
            same life.

            EXAMPLES
              imm-simulate --seeds 10000
              imm-simulate --seed 17                 the story of one life
              imm-simulate --seed 17 --keep 0,4,5    of a part of it, as a failure tells
              imm-simulate --past                    the lives that failed once
              imm-simulate --mutants                 whether each deliberate bug is found
            """)

    @Option(help: "Run the seeds from --first on, so many.")
    var seeds = 500
    @Option(help: "First seed.")
    var first: UInt64 = 1
    @Option(help: "Run this seed alone and print what happens in it.")
    var seed: UInt64?
    @Option(help: "With --seed: only these entries of the script, by number.")
    var keep: String?
    @Flag(help: "Run each deliberate bug until it is found, within --seeds.")
    var mutants = false
    @Flag(help: "Run the lives that failed once, and must not again.")
    var past = false
    @Option(help: "Run with this deliberate bug (with --seed or --seeds).")
    var mutant: String?
    @Flag(inversion: .prefixedNo, help: "Make failing lives shorter.")
    var shrink = true
    @Option(help: "Lives at the same time; default: one a core.")
    var jobs: Int?

    func validate() throws {
        if seeds < 1 { throw ValidationError("--seeds must be at least 1") }
        if keep != nil, seed == nil { throw ValidationError("--keep goes with --seed") }
        if let mutant, Mutant.named(mutant) == nil {
            let names = Mutant.all.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no mutant \(mutant); there are: \(names)")
        }
    }

    func run() throws {
        let bug = mutant.flatMap { Mutant.named($0) } ?? .none
        let isGood: Bool
        if let seed {
            isGood = try replay(seed, bug)
        } else if past {
            isGood = PastRun(count: 5, jobs: jobs).run()
        } else if mutants {
            isGood = MutationCheck(seeds: seeds, first: first, jobs: jobs).run()
        } else {
            isGood = SeedRun(seeds: seeds, first: first, jobs: jobs, mutant: bug, shrinks: shrink).run()
        }
        if !isGood { throw ExitCode(1) }
    }

    private func replay(_ seed: UInt64, _ bug: Mutant) throws -> Bool {
        var script = LifeScript(seed: seed)
        if let keep {
            let indices = keep.split(separator: ",").map { Int($0) }
            guard indices.allSatisfy({ $0 != nil }) else {
                throw ValidationError("--keep takes numbers of entries, as 0,4,5; not \(keep)")
            }
            script = script.keeping(indices.compactMap { $0 })
        }
        let report = Life.run(script, logLevel: .debug, mutant: bug)
        print(report.transcript)
        print(report.problems.isEmpty ? "no problems" : report.problems.joined(separator: "\n"))
        return report.problems.isEmpty
    }
}
