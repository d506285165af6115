import APIClient
import Ambient
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    /// Two immd on one store and one engine: one has the store, the other is started with --server.
    @Suite struct LeaderTests {
        private static var seed: UInt64 {
            getenv("IMM_TEST_SEED").flatMap { UInt64(String(cString: $0)) } ?? SystemRandomness().next() % 1_000_000
        }

        @Test(.timeLimit(.minutes(8)))
        func `a leader stopped or killed in handovers is succeeded, and when it goes on there is no second writer`()
            async throws
        {
            let seed = LeaderTests.seed
            do {
                try await Bed.with { bed in try await LeaderTests.run(bed, seed: seed) }
            } catch {
                throw Failure("IMM_TEST_SEED=\(seed): \(error)")
            }
        }

        private static func run(_ bed: Bed, seed: UInt64) async throws {
            var moments = SplitMix(state: seed)
            var writers = Manifest.writers(try await bed.image("v1"))
            try await bed.apply(writers)
            let before = try await bed.settled("db", .seconds(60))
            var interrupted = 0
            let rounds = 4
            var remote: RemoteProcess?
            defer { remote?.process.end() }
            for round in 1...rounds {
                let running: RemoteProcess
                if let standing = remote { running = standing } else { running = try await bed.startRemote(round) }
                remote = running
                try await bed.lead(running)
                writers.environment = [("ROUND", "\(round)")]
                try await bed.apply(writers)
                // The first falls into a handover for certain; the others may fall anywhere, also after the last.
                try await Task.sleep(for: .milliseconds(Int(moments.next() % (round == 1 ? 500 : 3500))))
                if try await !bed.isOn(round) { interrupted += 1 }
                if round % 2 == 0 {
                    running.process.end()
                    remote = nil
                } else {
                    running.process.send(SIGSTOP)
                }
                try await bed.wait(for: "db", "db on round \(round), by the other leader", .seconds(120)) { _ in
                    try await bed.isOn(round)
                }
                if remote != nil {
                    // Where the round was over before, it is its lease alone that has to end.
                    try await bed.wait(for: "db", "another to lead", .seconds(60)) { _ in
                        try await bed.lease().spec.holderIdentity != running.identity
                    }
                    running.process.send(SIGCONT)
                    try await bed.wait(for: "db", "the first to notice that it leads no more", .seconds(60)) { _ in
                        running.log.contains("leads no more")
                    }
                    // What it had under way has landed by then, or never will.
                    try await Task.sleep(for: .seconds(3))
                    #expect(try await bed.isOn(round), "seed \(seed)")
                }
            }
            #expect(interrupted > 0, "seed \(seed): nothing was under way when the leaders were stopped")
            let after = try await bed.settled("db", .seconds(60))
            #expect(after.volumes.map(\.uid) == before.volumes.map(\.uid), "seed \(seed)")
            for volume in after.volumes { try await bed.checkLog(of: volume) }
            try await bed.expectNothingLeaked(after)
        }

        @Test func `the owner of the store leads at once after a crash, with a new term`() async throws {
            try await Bed.with { bed in
                let first = try await bed.lease()
                #expect(first.spec.holderIdentity == "immd-store-\(bed.daemon.installation ?? "")")
                bed.daemon.crash()
                try await bed.daemon.start()
                let second = try await bed.lease()
                #expect(second.spec.holderIdentity == first.spec.holderIdentity)
                #expect(second.spec.leaseTransitions == (first.spec.leaseTransitions ?? 0) + 1)
                // In order it is given back.
                #expect(try await bed.daemon.stop() == .code(0))
                try await bed.daemon.start()
                let third = try await bed.lease()
                #expect(third.spec.leaseTransitions == (first.spec.leaseTransitions ?? 0) + 2)
                let metrics = try await bed.client.raw(method: .get, path: "/metrics")
                #expect(String(decoding: metrics.body, as: UTF8.self).contains("imm_leader 1\n"))
            }
        }
    }
}

/// An immd without a store.
struct RemoteProcess: Sendable {
    let process: ChildProcess
    let logPath: String

    var log: String { (try? readText(logPath)) ?? "" }

    /// Who it is in the Lease; nil before it said so.
    var identity: String? {
        log.split(separator: "\n").first { $0.contains("immd starts without a store") }
            .flatMap { $0.split(separator: " ").first { $0.hasPrefix("identity=") } }
            .map { String($0.dropFirst("identity=".count)) }
    }
}

extension Bed {
    fileprivate func lease() async throws(APIStatus) -> Lease {
        try await client.get(Lease.self, namespace: "imm-system", name: "immd-controllers")
    }

    fileprivate func startRemote(_ number: Int) async throws -> RemoteProcess {
        let log = "\(directory)/remote-\(number).log"
        let remote = RemoteProcess(
            process: try ChildProcess(
                Daemon.programs + "/immd",
                [
                    "--server", "unix://\(daemon.socket)", "--data-dir", directory + "/data", "--log-level", "debug",
                ], output: log),
            logPath: log)
        try await wait(for: "db", "the second immd to start") { _ in
            if let exit = remote.process.poll() { throw Failure("it ended with \(exit): \(remote.log.lastLines(10))") }
            return remote.identity != nil
        }
        return remote
    }

    /// Hands the lease to a process, as an administrator can: it takes a record that names it at once.
    fileprivate func lead(_ remote: RemoteProcess) async throws {
        let identity = remote.identity ?? ""
        var term = try await name(identity)
        while term == nil { term = try await name(identity) }
        try await wait(for: "db", "the second immd to lead") { _ in
            let lease = try await self.lease()
            return lease.spec.holderIdentity == identity && (lease.spec.leaseTransitions ?? 0) > (term ?? 0)
        }
    }

    /// Writes a name into the lease. Returns the term that it has then; nil when another write came first.
    private func name(_ identity: String) async throws(APIStatus) -> Int? {
        var lease = try await lease()
        lease.spec.holderIdentity = identity
        do throws(APIStatus) {
            return try await client.update(lease).spec.leaseTransitions ?? 0
        } catch {
            if error.isConflict { return nil }
            throw error
        }
    }

    /// Settled on the release of a round.
    fileprivate func isOn(_ round: Int) async throws -> Bool {
        let fleet = try await fleet("db")
        guard fleet.isSettled, let update = fleet.set?.status.updateRevision,
            let revision = fleet.revisions.first(where: { $0.name == update })
        else { return false }
        return revision.spec.template.spec.env.first?.value == "\(round)"
            && fleet.instances.allSatisfy { $0.spec.revision == update }
    }
}
