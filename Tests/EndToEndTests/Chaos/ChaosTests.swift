import Ambient
import Glibc
import Testing

extension EndToEnd {
    /// `make chaos ROUNDS=50`; the suite itself runs a few rounds.
    @Suite struct ChaosTests {
        private static let rounds = number("IMM_CHAOS_ROUNDS").map { max(1, Int($0)) } ?? 5

        /// `IMM_TEST_SEED` replays the kinds and moments of a run; the engine's own timing stays its own.
        private static var seed: UInt64 { number("IMM_TEST_SEED") ?? SystemRandomness().next() % 1_000_000 }

        private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

        @Test(.timeLimit(.minutes(5 + rounds)))
        func `containers, immd and the engine killed in rollouts: one writer, nothing lost, nothing left`() async throws
        {
            let seed = ChaosTests.seed
            do {
                try await PrivateEngine.with { engine in
                    try await Bed.with(engine: engine) { bed in
                        let run = try await ChaosRun(bed, engine, rounds: ChaosTests.rounds, seed: seed)
                        try await run.run()
                        print(run.report)
                        #expect(run.report.violations == [], "IMM_TEST_SEED=\(seed)\n\(bed.daemon.log.lastLines(40))")
                        #expect(run.report.handovers >= ChaosTests.rounds, "IMM_TEST_SEED=\(seed)")
                        #expect(run.report.interrupted > 0, "the kills met nothing under way")
                    }
                }
            } catch {
                throw Failure("IMM_TEST_SEED=\(seed): \(error)")
            }
        }

        @Test func `the ledger misses a line, a writer that comes back, and an epoch that does not grow`() {
            func lines(_ words: [(Int, String, Int)]) -> [Writer.Line?] {
                words.map { Writer.Line(epoch: $0.0, instance: $0.1, number: $0.2, version: "v1") }
            }
            #expect(VolumeLedger.flaws(lines([(1, "a", 1), (1, "a", 2), (2, "b", 3)])) == [])
            #expect(VolumeLedger.flaws(lines([(1, "a", 1), (1, "a", 3)])).count == 1)
            #expect(VolumeLedger.flaws(lines([(1, "a", 1), (1, "b", 2)])).count == 1)
            #expect(VolumeLedger.flaws(lines([(1, "a", 1), (2, "b", 2), (3, "a", 3)])).count == 1)
            #expect(VolumeLedger.flaws([nil]).count == 1)
        }
    }
}
