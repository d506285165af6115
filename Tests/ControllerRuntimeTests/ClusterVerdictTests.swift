import Ambient
import InfraAPI
import JSON
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// Revisions that fail, in the simulated cluster: what rejects them, and what becomes of the set.
@Suite struct `Verdicts in the simulated cluster` {
    private static let name = "Verdicts in the simulated cluster"

    private static func set(_ replicas: Int, _ image: String, claims: Int = 0) -> InstanceSet {
        LifeScript.SetShape(name: "web", claims: claims)
            .set(replicas: replicas, image: image, progressDeadlineSeconds: 120)
    }

    private static func digest(_ digit: Character) -> String { "sha256:\(String(repeating: digit, count: 64))" }

    /// app:1 to app:3 are good, the others fail each in its way.
    private static func register(_ cluster: SimulatedCluster) {
        for number in ["1", "2", "3"] as [Character] {
            cluster.engine.register("app:\(number)", SimulatedImage(digest: digest(number)))
        }
        var crashing = SimulatedImage(digest: digest("4"))
        crashing.exitsAfter = .seconds(2)
        cluster.engine.register("app:crashing", crashing)
        var deaf = SimulatedImage(digest: digest("5"))
        deaf.readyAfter = nil
        cluster.engine.register("app:deaf", deaf)
        var refused = SimulatedImage(digest: digest("6"))
        refused.startRefusal = "exec: not found"
        cluster.engine.register("app:refused", refused)
    }

    /// Every slot runs this image and is available, and nothing else that has a record is there.
    private static func allRun(_ replicas: Int, _ digest: String) -> @Sendable (World) -> Bool {
        { world in
            let known = world.engine.sortedInstances.filter { world.instances[$0.observed.uid] != nil }
            let running = known.filter { $0.image.digest == digest && $0.passesProbes(at: world.uptime) }
            return running.count == replicas && known.count == replicas
                && world.sets.values.allSatisfy { $0.status.availableReplicas == replicas }
        }
    }

    /// The Ready condition has this reason, and the verdict of what the set asks for is this one.
    private static func stands(
        _ reason: String, _ verdict: RevisionStatus.Verdict
    ) -> @Sendable (World) -> Bool {
        { world in
            world.sets.values.allSatisfy { set in
                set.status.conditions["Ready"]?.reason == reason
                    && world.revisions.values.first { $0.name == set.status.updateRevision }?.status.verdict == verdict
            }
        }
    }

    private static func settleOnProven(_ cluster: SimulatedCluster, claims: Int) async throws {
        register(cluster)
        try await cluster.apply(set(3, "app:1", claims: claims))
        try await cluster.wait(for: .seconds(3600), "app:1 is proven", stands("Settled", .proven))
    }

    private static func retry(_ cluster: SimulatedCluster, _ token: String) async throws {
        cluster.simulation.transcript.note("user retries")
        _ = try await cluster.client.mergePatch(
            ObjectReference(InstanceSet.resourceType, namespace: "default", name: "web"),
            ["metadata": ["annotations": ["imm.dev/retry": .string(token)]]], nil, WriteOptions(fieldManager: "user"))
    }

    private static func rollback(
        _ seed: UInt64, image: String, claims: Int, faults: ProviderFaults, kills: Bool
    ) -> ClusterReport {
        SimulatedCluster.run(name, seed: seed, ClusterOptions(faults: faults, deadline: .seconds(20_000))) { cluster in
            try await settleOnProven(cluster, claims: claims)
            try await cluster.apply(set(3, image, claims: claims))
            if kills {
                for _ in 0..<4 {
                    try await cluster.time.sleep(for: .milliseconds(cluster.simulation.randomness.below(4000)))
                    cluster.killController()
                }
            }
            try await cluster.wait(for: .seconds(3600), "rolled back", stands("RolledBack", .rejected))
            try await cluster.wait(for: .seconds(3600), "all run app:1 again", allRun(3, digest("1")))
            try await cluster.apply(set(4, image, claims: claims))
            try await cluster.wait(for: .seconds(3600), "four run app:1", allRun(4, digest("1")))
        }
    }

    @Test(arguments: ["app:crashing", "app:deaf", "app:refused"], [0, 1])
    func `a revision that fails is rejected and rolled back, and scaling keeps the proven one`(
        image: String, claims: Int
    ) {
        let report = Self.rollback(1, image: image, claims: claims, faults: .none, kills: false)
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test(arguments: ["app:crashing", "app:refused"], [0, 1]) func `also with faults, and when the controller dies`(
        image: String, claims: Int
    ) {
        for seed in SimulationSeeds.first(6) {
            let report = Self.rollback(seed, image: image, claims: claims, faults: .rough, kills: true)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `a retry tries it once more, and a newer image wins over everything`() {
        let report = SimulatedCluster.run(Self.name, seed: 1) { cluster in
            try await Self.settleOnProven(cluster, claims: 1)
            try await cluster.apply(Self.set(3, "app:crashing", claims: 1))
            try await cluster.wait(for: .seconds(600), "rolled back", Self.stands("RolledBack", .rejected))
            try await cluster.wait(for: .seconds(600), "all run app:1 again", Self.allRun(3, Self.digest("1")))
            try await Self.retry(cluster, "1")
            try await cluster.wait(for: .seconds(600), "it is tried again") { world in
                world.engine.sortedInstances.contains { $0.image.digest == Self.digest("4") }
            }
            try await cluster.wait(for: .seconds(600), "rejected again", Self.stands("RolledBack", .rejected))
            try await cluster.apply(Self.set(3, "app:2", claims: 1))
            try await cluster.wait(for: .seconds(600), "all run app:2", Self.allRun(3, Self.digest("2")))
            try await cluster.wait(for: .seconds(600), "proven", Self.stands("Settled", .proven))
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test(arguments: [0, 1]) func `kills, removals, a power cut and a controller that was away reject nothing`(
        claims: Int
    ) {
        for seed in SimulationSeeds.first(5) {
            let report = SimulatedCluster.run(Self.name, seed: seed) { cluster in
                try await Self.settleOnProven(cluster, claims: claims)
                try await cluster.apply(Self.set(3, "app:2", claims: claims))
                let random = cluster.simulation.randomness.stream("scenario")
                for _ in 0..<8 {
                    try await cluster.time.sleep(for: .milliseconds(500 + random.below(8000)))
                    let ours = cluster.engine.contents.sortedInstances
                    switch random.below(4) {
                    case 0 where !ours.isEmpty:
                        cluster.engine.crash(uid: ours[random.below(ours.count)].observed.uid, code: 137)
                    case 1 where !ours.isEmpty: cluster.engine.vanish(uid: ours[random.below(ours.count)].observed.uid)
                    case 2: cluster.engine.losePower()
                    default:
                        // What ends while the controller is away ends with any code.
                        cluster.stopController()
                        for instance in cluster.engine.contents.sortedInstances {
                            cluster.engine.crash(uid: instance.observed.uid, code: 1)
                        }
                        try await cluster.time.sleep(for: .seconds(random.below(60)))
                        cluster.resumeController()
                    }
                }
                try await cluster.wait(for: .seconds(3600), "all run app:2", Self.allRun(3, Self.digest("2")))
                try await cluster.wait(for: .seconds(3600), "proven", Self.stands("Settled", .proven))
                let revisions = cluster.laws.world.revisions.values
                #expect(revisions.allSatisfy { $0.status.verdict == .proven && $0.status.retriedAt == nil })
            }
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `without a proven revision the roll-out stops, and a good image goes on`() {
        let report = SimulatedCluster.run(Self.name, seed: 1) { cluster in
            Self.register(cluster)
            try await cluster.apply(Self.set(2, "app:crashing"))
            try await cluster.wait(for: .seconds(600), "stopped", Self.stands("Rejected", .rejected))
            try await cluster.time.sleep(for: .seconds(60))
            #expect(cluster.laws.world.sets.values.allSatisfy { $0.status.slotFailures.allSatisfy { $0.count > 2 } })
            try await cluster.apply(Self.set(2, "app:2"))
            try await cluster.wait(for: .seconds(600), "all run app:2", Self.allRun(2, Self.digest("2")))
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    private enum Whim: CaseIterable {
        case release, releaseAgain, scale, pause, policy, retry, kill
    }

    private static let images = ["app:1", "app:2", "app:3", "app:crashing", "app:deaf", "app:refused"]

    private static func changed(_ set: InstanceSet, _ whim: Whim, _ number: Int) -> InstanceSet {
        var set = set
        switch whim {
        case .release, .releaseAgain: set.spec.template.spec.image = images[number % images.count]
        case .scale: set.spec.replicas = 1 + number % 4
        case .pause: set.spec.paused.toggle()
        case .policy: set.spec.onFailure = set.spec.onFailure == .pause ? .rollback : .pause
        case .retry, .kill: break
        }
        return set
    }

    private static func act(_ whim: Whim, _ wanted: InstanceSet, round: Int, _ cluster: SimulatedCluster) async throws {
        if whim == .retry { try await retry(cluster, "\(round)") }
        if whim == .kill { cluster.killController() }
        try await cluster.apply(wanted)
    }

    /// No fault of the engine or of the controller was ever held against a good image.
    private static func expectGoodOnesUnblamed(_ cluster: SimulatedCluster) {
        let good = cluster.laws.world.revisions.values.filter { revision in
            ["1", "2", "3"].contains { revision.spec.template.spec.image.hasSuffix(digest($0)) }
        }
        #expect(good.allSatisfy { $0.status.verdict != .rejected && $0.status.retriedAt == nil })
    }

    /// Good and bad releases, retries, pauses, scaling and changes of the policy in any order; in the end a good image.
    private static func releases(_ seed: UInt64) -> ClusterReport {
        SimulatedCluster.run(
            name, seed: seed, ClusterOptions(faults: .rough, deadline: .seconds(30_000), maxJobs: 300_000)
        ) { cluster in
            let random = cluster.simulation.randomness.stream("scenario")
            register(cluster)
            var wanted = set(3, "app:1", claims: random.below(2))
            try await cluster.apply(wanted)
            for round in 0..<25 {
                let whim = Whim.allCases[random.below(Whim.allCases.count)]
                wanted = changed(wanted, whim, random.below(60))
                try await act(whim, wanted, round: round, cluster)
                try await cluster.time.sleep(for: .seconds(random.below(4) == 0 ? 60 : random.below(10)))
            }
            try await end(wanted, cluster)
        }
    }

    private static func end(_ wanted: InstanceSet, _ cluster: SimulatedCluster) async throws {
        cluster.engine.setFaults(.none)
        var last = wanted
        last.spec.paused = false
        last.spec.template.spec.image = "app:2"
        try await cluster.apply(last)
        try await UnknownInstances.remove(from: cluster.engine, cluster.client, cluster.time)
        try await cluster.wait(for: .seconds(3600), "all run app:2", allRun(last.spec.replicas, digest("2")))
        expectGoodOnesUnblamed(cluster)
    }

    @Test func `whatever people ask for, a good image wins in the end`() {
        for seed in SimulationSeeds.first(10) {
            let report = Self.releases(seed)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `a controller that breaks the law of the newest is caught`() {
        let report = SimulatedCluster.run(Self.name, seed: 1, ClusterOptions(settling: .seconds(1))) { cluster in
            try await Self.settleOnProven(cluster, claims: 0)
            try await cluster.apply(Self.set(3, "app:refused"))
            try await cluster.wait(for: .seconds(600), "rolled back", Self.stands("RolledBack", .rejected))
            cluster.stopController()
            try await cluster.time.sleep(for: .seconds(1))
            var set = try await cluster.set("web")
            // An occupant of the rejected revision, beside one that serves.
            var instance = Instance()
            instance.metadata = ObjectMeta(name: "web-0-wrong", namespace: "default")
            instance.spec.set = "web"
            instance.spec.revision = set.status.updateRevision ?? ""
            instance.spec.revisionHash = "v1-0"
            instance.spec.provider = SimulatedCluster.providerName
            _ = try await cluster.client.create(instance)
            // A target that nobody rejected anything for.
            set.status.updateRevision = set.status.lastProvenRevision
            set.status.targetRevision = "web-nowhere"
            _ = try await cluster.client.updateStatus(set)
            // The controller's own hand in spec.
            try await cluster.asController { client in
                var set = try await client.get(InstanceSet.self, namespace: "default", name: "web")
                set.spec.replicas = 1
                _ = try await client.update(set)
            }
        }
        #expect(report.violations.filter { $0.law == .newestWins }.count >= 5, "\(report)")
    }
}
