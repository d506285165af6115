import Ambient
import InfraAPI
import Logging
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

@Suite struct `Simulated cluster` {
    private static func set(_ replicas: Int, _ image: String, claims: Int = 0) -> InstanceSet {
        LifeScript.SetShape(name: "web", claims: claims).set(replicas: replicas, image: image)
    }

    private static func digest(_ digit: Character) -> String { "sha256:\(String(repeating: digit, count: 64))" }

    /// Every slot runs this image and passes its probes, and nothing else of ours that has a record is there.
    private static func allRun(_ replicas: Int, _ digest: String) -> @Sendable (World) -> Bool {
        { world in
            let known = world.engine.sortedInstances.filter { world.instances[$0.observed.uid] != nil }
            let running = known.filter { $0.image.digest == digest && $0.passesProbes(at: world.uptime) }
            return running.count == replicas && known.count == replicas
                && world.sets.values.allSatisfy { $0.status.availableReplicas == replicas }
        }
    }

    private static func rollout(_ seed: UInt64, claims: Int, faults: ProviderFaults, kills: Bool) -> ClusterReport {
        SimulatedCluster.run("Simulated cluster", seed: seed, ClusterOptions(faults: faults)) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: digest("1")))
            cluster.engine.register("app:2", SimulatedImage(digest: digest("2")))
            try await cluster.apply(set(3, "app:1", claims: claims))
            try await cluster.wait(for: .seconds(1800), "all run app:1", allRun(3, digest("1")))
            try await cluster.apply(set(3, "app:2", claims: claims))
            if kills {
                for _ in 0..<5 {
                    try await cluster.time.sleep(for: .milliseconds(cluster.simulation.randomness.below(3000)))
                    cluster.killController()
                }
            }
            try await cluster.wait(for: .seconds(1800), "all run app:2", allRun(3, digest("2")))
        }
    }

    @Test func `whatever happens, no law is broken, and a good image wins in the end`() {
        for seed in SimulationSeeds.first(20) {
            let report = Life.run(LifeScript(seed: seed), logLevel: .debug)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test(arguments: PastFailure.all) func `what a life has shown once is mended`(failure: PastFailure) {
        for script in failure.scripts(2) {
            let report = Life.run(script, logLevel: .debug)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test(arguments: [0, 2]) func `a rollout without faults breaks no law`(claims: Int) {
        for seed in SimulationSeeds.first(5) {
            let report = Self.rollout(seed, claims: claims, faults: .none, kills: false)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test(arguments: [0, 2]) func `a rollout with faults and crashes breaks no law`(claims: Int) {
        for seed in SimulationSeeds.first(20) {
            let report = Self.rollout(seed, claims: claims, faults: .rough, kills: true)
            #expect(report.problems.isEmpty, "\(report)")
        }
    }

    @Test func `the same seed gives the same transcript`() {
        for seed in SimulationSeeds.first(3) {
            let texts = (0..<2).map { _ in Self.rollout(seed, claims: 1, faults: .rough, kills: true).transcript }
            #expect(texts[0] == texts[1])
        }
    }

    @Test(arguments: [0, 1]) func `a create that landed late is destroyed with the instance that it was for`(
        claims: Int
    ) {
        let report = SimulatedCluster.run("Simulated cluster", seed: 1) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: Self.digest("1")))
            cluster.engine.register("app:2", SimulatedImage(digest: Self.digest("2")))
            try await cluster.apply(Self.set(3, "app:1", claims: claims))
            try await cluster.wait(for: .seconds(600), "all run app:1", Self.allRun(3, Self.digest("1")))
            for instance in cluster.engine.contents.sortedInstances {
                cluster.engine.exchangeForTwin(uid: instance.observed.uid)
            }
            try await cluster.apply(Self.set(3, "app:2", claims: claims))
            try await cluster.wait(for: .seconds(600), "all run app:2", Self.allRun(3, Self.digest("2")))
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a set of which another installation holds objects waits, and never begins without their data`() {
        let report = SimulatedCluster.run("Simulated cluster", seed: 1) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: Self.digest("1")))
            cluster.engine.addForeign(name: "theirs", set: "default/web")
            try await cluster.apply(Self.set(3, "app:1", claims: 1))
            try await cluster.wait(for: .seconds(60), "the set waits") { world in
                world.sets.values.contains { set in
                    set.status.conditions.contains {
                        $0.reason == "ForeignInstallation" && $0.message.contains("installation other")
                    }
                }
            }
            try await cluster.time.sleep(for: .seconds(300))
            #expect(cluster.engine.contents.sortedInstances.count == 1)
            cluster.engine.removeForeign(name: "theirs")
            try await cluster.wait(for: .seconds(600), "all run app:1", Self.allRun(3, Self.digest("1")))
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a controller that breaks the laws is caught`() {
        var brief = ClusterOptions()
        brief.settling = .seconds(1)
        let report = SimulatedCluster.run("Simulated cluster", seed: 1, brief) { cluster in
            cluster.engine.register("app:1", SimulatedImage(digest: Self.digest("1")))
            try await cluster.apply(Self.set(3, "app:1", claims: 1))
            try await cluster.wait(for: .seconds(600), "all run app:1", Self.allRun(3, Self.digest("1")))
            cluster.stopController()
            try await cluster.time.sleep(for: .seconds(1))
            let world = cluster.laws.world
            let stored = try await cluster.set("web")
            // L4: all are taken away at once.
            for var instance in world.instances(of: stored) {
                var step = InstanceStep()
                step.name = .stop
                step.id = "stop"
                instance.status.step = step
                _ = try await cluster.client.updateStatus(instance)
            }
            // L2: an attachment ends without a receipt. L3: data goes that nobody wanted deleted.
            var volume = try #require(world.volumes.values.min { $0.name < $1.name })
            volume.status.attachment = nil
            _ = try await cluster.client.updateStatus(volume)
            try? await cluster.provider.deleteVolume(VolumeHandle(uid: volume.uid))
            // L6: something without a record is destroyed.
            try await cluster.provider.destroy(
                InstanceHandle(uid: "nobody", fenceVolumeUID: nil, epoch: 0, providerID: nil))
        }
        let laws = report.violations.map(\.law)
        #expect(laws == [.budget, .budget, .oneWriter, .nothingLost, .nothingForeign], "\(report)")
        #expect(report.description.contains("IMM_SEED=1 swift test"))
    }
}
