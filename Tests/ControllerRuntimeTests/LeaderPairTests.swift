import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// The leader is stopped between an intent and its call, another leader brings the handover to its end, and the first goes on:
/// at no time are there two writers, and nothing is left in the way.
@Suite struct LeaderPairTests {
    private static let name = "LeaderPairTests"

    private static func set(_ image: String, replicas: Int = 2, claims: Int = 1) -> InstanceSet {
        LifeScript.SetShape(name: "db", claims: claims).set(replicas: replicas, image: image)
    }

    private static func digest(_ tag: Int) -> String { "sha256:\(String(repeating: "\(tag)", count: 64))" }

    private static func allRun(_ tag: Int, replicas: Int = 2) -> @Sendable (World) -> Bool {
        { world in
            let known = world.engine.sortedInstances.filter { world.instances[$0.observed.uid] != nil }
            return known.count == replicas && known.allSatisfy { $0.isRunning && $0.image.digest == digest(tag) }
                && !world.sets.isEmpty && world.sets.values.allSatisfy { $0.status.availableReplicas == replicas }
        }
    }

    private static func register(_ pair: LeaderPair) {
        for tag in 1...4 { pair.engine.register("app:\(tag)", SimulatedImage(digest: digest(tag))) }
    }

    /// Waits until the leader is stopped at its call, and another one leads.
    private static func other(than stopped: ElectedProcess, _ pair: LeaderPair) async throws -> ElectedProcess {
        try await pair.wait(for: .seconds(120), "\(stopped.name) is stopped") { _ in stopped.gate.isClosed }
        try await pair.wait(for: .seconds(60), "another one leads") { _ in pair.leader != nil }
        return try #require(pair.leader)
    }

    private static func begin(_ pair: LeaderPair, claims: Int) async throws -> ElectedProcess {
        register(pair)
        try await pair.apply(set("app:1", claims: claims))
        try await pair.wait(for: .seconds(600), "all run app:1", allRun(1))
        return try #require(pair.leader)
    }

    private static let operations: [ProviderOperation] = [.create, .start, .stop, .destroy]

    @Test(arguments: operations, [0, 1, 2])
    func `a leader that goes on after another finished the handover does no harm`(
        operation: ProviderOperation, claims: Int
    ) {
        for seed in SimulationSeeds.first(4) {
            let report = LeaderPair.run(Self.name, seed: seed) { pair in
                let first = try await Self.begin(pair, claims: claims)
                first.gate.stop(at: operation, after: Int(seed) % 2)
                try await pair.apply(Self.set("app:2", claims: claims))
                let second = try await Self.other(than: first, pair)
                try await pair.wait(for: .seconds(600), "all run app:2", Self.allRun(2))
                first.gate.open()
                try await pair.simulation.time.sleep(for: .seconds(90))
                #expect(second.leads && !first.leads)
                #expect(Self.allRun(2)(pair.laws.world))
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    /// As above, with further rollouts under the second leader, and the first goes on in the midst of them.
    @Test(arguments: operations)
    func `a leader that goes on in the midst of later handovers does no harm`(operation: ProviderOperation) {
        for seed in SimulationSeeds.first(12) {
            let report = LeaderPair.run(Self.name, seed: seed) { pair in
                let random = pair.simulation.randomness.stream("scenario")
                let first = try await Self.begin(pair, claims: 1)
                first.gate.stop(at: operation, after: random.below(2))
                try await pair.apply(Self.set("app:2"))
                _ = try await Self.other(than: first, pair)
                for tag in [3, 4] {
                    try await pair.simulation.time.sleep(for: .milliseconds(random.below(4000)))
                    try await pair.apply(Self.set("app:\(tag)"))
                }
                try await pair.simulation.time.sleep(for: .milliseconds(random.below(8000)))
                first.gate.open()
                try await pair.wait(for: .seconds(900), "all run app:4", Self.allRun(4))
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    /// The set is deleted and made again under its name: another set, which gets the orphaned volumes back.
    @Test(arguments: [ProviderOperation.create, .start, .destroy])
    func `a leader that goes on after another set adopted the volumes does no harm`(operation: ProviderOperation) {
        for seed in SimulationSeeds.first(10) {
            let report = LeaderPair.run(Self.name, seed: seed) { pair in
                let random = pair.simulation.randomness.stream("scenario")
                let first = try await Self.begin(pair, claims: 1)
                first.gate.stop(at: operation, after: random.below(2))
                try await pair.apply(Self.set("app:2"))
                _ = try await Self.other(than: first, pair)
                _ = try await pair.client.delete(
                    ObjectReference(InstanceSet.resourceType, namespace: "default", name: "db"), DeleteOptions())
                try await pair.wait(for: .seconds(300), "the set is gone") { $0.sets.isEmpty }
                let early = random.below(2) == 0
                if early { first.gate.open() }
                try await pair.simulation.time.sleep(for: .milliseconds(random.below(2000)))
                try await pair.apply(Self.set("app:3"))
                try await pair.simulation.time.sleep(for: .milliseconds(random.below(3000)))
                first.gate.open()
                try await pair.wait(for: .seconds(900), "all run app:3", Self.allRun(3))
                let volumes = pair.laws.world.volumes.values
                #expect(
                    volumes.count == 2 && volumes.allSatisfy { $0.status.epoch >= 2 }, "the volumes are the old ones")
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `leaders that are stopped and go on at random do no harm, with faults of the engine`() {
        for seed in SimulationSeeds.first(6) {
            let report = LeaderPair.run(Self.name, seed: seed, faults: .rough) { pair in
                let random = pair.simulation.randomness.stream("scenario")
                Self.register(pair)
                try await pair.apply(Self.set("app:1"))
                for _ in 0..<12 {
                    let process = pair.processes[random.below(2)]
                    if process.gate.isClosed {
                        process.gate.open()
                    } else {
                        process.gate.stop(at: Self.operations[random.below(4)], after: random.below(2))
                    }
                    if random.below(3) == 0 { try await pair.apply(Self.set("app:\(1 + random.below(4))")) }
                    try await pair.simulation.time.sleep(for: .milliseconds(random.below(40_000)))
                }
                for process in pair.processes { process.gate.open() }
                pair.engine.setFaults(.none)
                try await pair.apply(Self.set("app:4"))
                try await UnknownInstances.remove(from: pair.engine, pair.client, pair.simulation.time)
                try await pair.wait(for: .seconds(3600), "all run app:4", Self.allRun(4))
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `the same seed gives the same transcript`() {
        let texts = (0..<2).map { _ in
            LeaderPair.run(Self.name, seed: 3) { pair in
                let first = try await Self.begin(pair, claims: 1)
                first.gate.stop(at: .create)
                try await pair.apply(Self.set("app:2"))
                _ = try await Self.other(than: first, pair)
                first.gate.open()
                try await pair.wait(for: .seconds(600), "all run app:2", Self.allRun(2))
            }.transcript
        }
        #expect(texts[0] == texts[1])
    }
}
