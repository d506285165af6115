import Ambient
import DockerEngine
import Glibc
import InfraAPI
import ResourceAPI

/// Rollouts of one set with volumes, with a kill in each, and a look at every law that shows from outside.
final class ChaosRun {
    private let bed: Bed
    private let engine: PrivateEngine
    private let rounds: [ChaosRound]
    private var manifest: Manifest
    private var ledger = VolumeLedger()
    /// As they are first seen; they stay for the whole run.
    private var volumes: [Volume] = []
    private(set) var report: ChaosReport

    static let set = "db"

    init(_ bed: Bed, _ engine: PrivateEngine, rounds: Int, seed: UInt64) async throws {
        self.bed = bed
        self.engine = engine
        self.rounds = ChaosRound.rounds(rounds, seed: seed)
        report = ChaosReport(seed: seed)
        manifest = Manifest.writers(try await bed.image("v1"), name: ChaosRun.set)
    }

    /// Runs all rounds. A round that does not converge is a violation, and the last one.
    func run() async throws {
        try await bed.apply(manifest)
        volumes = try await bed.settled(ChaosRun.set, .seconds(60)).volumes
        manifest.environment = [("ROUND", "0")]
        let begun = SystemTime().now
        try await bed.apply(manifest)
        try await bed.wait(for: ChaosRun.set, "a rollout undisturbed", .seconds(60)) {
            $0.isSettled && $0.runs(round: 0)
        }
        report.rolloutTime = SystemTime().now - begun
        for round in rounds {
            do {
                try await run(round)
            } catch {
                report.violation(round.number, "\(round.kill.rawValue): \(error)")
                break
            }
            report.rounds += 1
        }
        let last = try await bed.fleet(ChaosRun.set)
        report.handovers = last.volumes.reduce(0) { $0 + $1.status.epoch - 1 }
        report.lines = ledger.lineCount
    }

    private func run(_ round: ChaosRound) async throws {
        manifest.environment = [("ROUND", "\(round.number)")]
        try await bed.apply(manifest)
        try await Task.sleep(for: report.rolloutTime * round.moment / 1000)
        if try await !bed.fleet(ChaosRun.set).isSettled { report.interrupted += 1 }
        try await kill(round)
        report.kills[round.kill, default: 0] += 1
        if round.isAwaited {
            try await converged(round)
        } else {
            readLedger(round)
        }
    }

    private func kill(_ round: ChaosRound) async throws {
        if round.kill == .container { return try await killContainer(round) }
        if round.kill.stopsDaemon { bed.daemon.crash() }
        if round.kill.stopsEngine { try await engine.kill() }
        readLedger(round)
        let before = ledger.lineCount
        try await Task.sleep(for: round.downtime)
        readLedger(round)
        if round.kill.stopsEngine {
            report.linesWithoutEngine += ledger.lineCount - before
            try await engine.start(round.kill == .engineAndContainers ? .ended : .takenOver)
        }
        if round.kill.stopsDaemon { try await bed.daemon.start() }
    }

    private func killContainer(_ round: ChaosRound) async throws {
        let containers = try await bed.containers().sorted { $0.id < $1.id }
        guard !containers.isEmpty else { return }
        let victim = containers[Int(round.choice % UInt64(containers.count))]
        // It may be on its way out already: what is there to kill is gone then.
        if round.choice >> 32 & 1 == 0 {
            try? await bed.engine.killContainer(victim.id)
        } else {
            try? await bed.engine.removeContainer(victim.id, force: true)
        }
    }

    /// Waits until what the round released runs, and nothing besides.
    private func converged(_ round: ChaosRound) async throws {
        let fleet = try await bed.wait(
            for: ChaosRun.set, "the release of round \(round.number) after the kill of \(round.kill.rawValue)",
            .seconds(150)
        ) { fleet in
            try await expectOneHolder(round)
            return fleet.isSettled && fleet.runs(round: round.number)
        }
        readLedger(round)
        let held = Set(try await bed.containers().map(\.id))
        if held != fleet.ids {
            report.violation(round.number, "the engine holds \(held.count) containers, wanted \(fleet.ids)")
        }
        let kept = try await bed.volumes().map(\.name).filter { !$0.hasSuffix("_identity") }
        if Set(kept) != Set(volumes.compactMap(\.status.providerID)) {
            report.violation(round.number, "the engine holds the volumes \(kept)")
        }
        try await bed.wait(for: ChaosRun.set, "round \(round.number): every object of the engine has a record") { _ in
            try await bed.client.list(ProviderObject.self).items.allSatisfy { $0.status.unknownObjects.isEmpty }
        }
        if fleet.volumes.map(\.uid) != volumes.map(\.uid) {
            report.violation(round.number, "the volumes are other ones")
        }
    }

    /// No two containers of a slot exist at once: one that exists may be started.
    private func expectOneHolder(_ round: ChaosRound) async throws {
        let slots = try await bed.containers().map { $0.labels["imm.dev/slot"] ?? "none" }
        for slot in Set(slots).sorted() where slots.count(where: { $0 == slot }) > 1 {
            report.violation(round.number, "two containers hold slot \(slot)")
        }
    }

    private func readLedger(_ round: ChaosRound) {
        for volume in volumes {
            let folder = engine.dataFolder(ofVolume: volume.status.providerID ?? "")
            for flaw in ledger.check(volume, folder: folder) { report.violation(round.number, flaw) }
        }
    }
}

extension Fleet {
    /// Whether every instance is of the release of a round.
    func runs(round: Int) -> Bool {
        guard let update = set?.status.updateRevision,
            let revision = revisions.first(where: { $0.name == update })
        else { return false }
        return revision.spec.template.spec.env.first?.value == "\(round)"
            && instances.allSatisfy { $0.spec.revision == update }
    }
}
