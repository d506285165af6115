import BenchKit
import Foundation

/// How fast 20 instances are replaced, 5 in flight, the new one first: imm against bare engine calls and Docker Swarm, in
/// turn on one engine.
struct ReplacementBenchmark {
    let settings: Settings

    private struct Roll {
        var seconds: Double
        var spans: RollSpans
    }

    func run(_ report: Report) throws {
        let engine = Engine(socket: settings.engineSocket)
        let watch = try EngineWatch(engine)
        let daemon = try ImmDaemon(
            binary: settings.binaries + "/immd", directory: settings.directory + "/replacement",
            engineSocket: settings.engineSocket, logLevel: settings.logLevel)
        defer { daemon.stop() }
        _ = try daemon.waitForAnswer()
        let fleets: [any Fleet] = try [ImmFleet(daemon), BareFleet(engine), SwarmFleet(engine)]
        for fleet in fleets { try fleet.deploy(image: Workload.images[0]) }
        var rolls = [[Roll]](repeating: [], count: fleets.count)
        for round in 1...settings.rounds {
            let image = Workload.images[round % 2]
            // Each begins in its turn: a burst of other work on the machine does not always meet the same one.
            for offset in fleets.indices {
                let index = (round + offset) % fleets.count
                rolls[index].append(try roll(fleets[index], image, engine, watch))
            }
        }
        for fleet in fleets.reversed() { try fleet.remove() }

        let seconds = rolls.map { $0.map(\.seconds) }
        let toFloor = zip(seconds[0], seconds[1]).map { $0 / $1 }
        let toSwarm = zip(seconds[0], seconds[2]).map { $0 / $1 }
        report.line("replacement, floor ratio imm/bare calls", toFloor.median, atMost: 1.2, "", all: toFloor)
        report.line("replacement, swarm ratio imm/swarm", toSwarm.median, atMost: 0.3, "", all: toSwarm)
        report.note(
            "load average of the machine now: \(loadAverage()); on a busy one all but Swarm's waits take longer")
        for (index, fleet) in fleets.enumerated() {
            let times = seconds[index].map { Report.figure($0) }.joined(separator: " ")
            report.note("\(fleet.name): median \(Report.figure(seconds[index].median)) s  (each: \(times))")
            report.note("  " + RollSpans.median(rolls[index].map(\.spans)).description)
        }
    }

    private func loadAverage() -> String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").first.map(String.init) ?? "unknown"
    }

    private func roll(_ fleet: any Fleet, _ image: String, _ engine: Engine, _ watch: EngineWatch) throws -> Roll {
        let old = Set(try engine.running(fleet.label).keys)
        guard old.count == Workload.replicas else {
            throw BenchmarkFailure("\(fleet.name) runs \(old.count) containers before the replacement")
        }
        let start = Clock.now
        try fleet.requestReplacement(image: image)
        let end = try watch.replacement(of: old, by: Workload.replicas, fleet.label, since: start)
        try fleet.settle()
        let (running, wanted) = (try engine.running(fleet.label), try engine.imageID(image))
        guard running.count == Workload.replicas, running.values.allSatisfy({ $0 == wanted }),
            old.isDisjoint(with: running.keys)
        else {
            throw BenchmarkFailure(
                "\(fleet.name): after the replacement \(running.count) containers run, and not all are new ones of \(image)"
            )
        }
        return Roll(
            seconds: end - start, spans: RollSpans(watch.events(fleet.label, since: start), from: start, to: end))
    }
}
