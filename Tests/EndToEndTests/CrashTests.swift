import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct CrashTests {
        private static let rounds = 20

        /// `IMM_TEST_SEED` replays the moments of a run; the engine's own timing stays its own.
        private static var seed: UInt64 {
            getenv("IMM_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? SystemRandomness().next() % 1_000_000
        }

        @Test(.timeLimit(.minutes(8)))
        func `immd killed at any moment of rollouts loses nothing, leaks nothing and never lets two write`()
            async throws
        {
            let seed = CrashTests.seed
            do {
                try await Bed.with { bed in try await CrashTests.run(bed, seed: seed) }
            } catch {
                throw Failure("IMM_TEST_SEED=\(seed): \(error)")
            }
        }

        private static func run(_ bed: Bed, seed: UInt64) async throws {
            var moments = SplitMix(state: seed)
            var web = Manifest(try await bed.image("v1"))
            var writers = Manifest.writers(web.image)
            try await bed.apply(web)
            try await bed.apply(writers)
            try await bed.settled("web", .seconds(60))
            let before = try await bed.settled("db", .seconds(60))
            // How long a rollout takes on this machine: the crashes come within that time.
            web.environment = [("ROUND", "0")]
            writers.environment = web.environment
            let begun = SystemTime().now
            try await bed.apply(web)
            try await bed.apply(writers)
            try await bed.onRound(0, "web")
            try await bed.onRound(0, "db")
            let duration = SystemTime().now - begun

            var interrupted = 0
            for round in 1...rounds {
                web.environment = [("ROUND", "\(round)")]
                writers.environment = web.environment
                try await bed.apply(web)
                try await bed.apply(writers)
                try await Task.sleep(for: duration * Int(moments.next() % 1000) / 1000)
                let (webThen, dbThen) = (try await bed.fleet("web"), try await bed.fleet("db"))
                bed.daemon.crash()
                if !webThen.isSettled || !dbThen.isSettled { interrupted += 1 }
                try await bed.daemon.start()
                // Every other time the next release meets one that is half rolled out, and its crash.
                if round % 2 == 0 {
                    try await bed.onRound(round, "web")
                    try await bed.onRound(round, "db")
                }
            }
            #expect(interrupted > rounds / 2, "seed \(seed): most crashes met nothing under way")
            let webAfter = try await bed.onRound(rounds, "web")
            let after = try await bed.onRound(rounds, "db")
            try await bed.expectNothingLeaked(webAfter, after)
            #expect(after.volumes.map(\.uid) == before.volumes.map(\.uid), "seed \(seed)")
            #expect(try await bed.volumes().filter { $0.name.contains("identity") == false }.count == 3, "seed \(seed)")
            for volume in after.volumes {
                let lines = try await bed.checkLog(of: volume)
                #expect(Set(lines.map(\.epoch)).isSubset(of: Set(1...volume.status.epoch)), "seed \(seed)")
                #expect(volume.status.epoch > rounds / 2, "seed \(seed): the rollouts did not reach \(volume.name)")
                #expect(volume.status.receipts.count == 10, "seed \(seed)")
                let epochs = volume.status.receipts.map(\.epoch)
                #expect(epochs == epochs.sorted() && Set(epochs).count == 10, "seed \(seed): \(epochs)")
                #expect(epochs.last == volume.status.epoch - 1, "seed \(seed)")
            }
        }
    }
}

extension Bed {
    /// Settled on the release of a round.
    @discardableResult
    fileprivate func onRound(_ round: Int, _ set: String) async throws -> Fleet {
        try await wait(for: set, "\(set) on round \(round)", .seconds(60)) {
            $0.isSettled && $0.runs(round: round)
        }
    }
}
