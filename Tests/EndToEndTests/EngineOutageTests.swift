import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    /// The engine dies, and comes back.
    @Suite struct EngineOutageTests {
        @Test(.timeLimit(.minutes(4)), arguments: [PrivateEngine.Leftovers.takenOver, .ended])
        func `while the engine is down its containers run on, nothing counts as gone, and a release waits for it`(
            leftovers: PrivateEngine.Leftovers
        ) async throws {
            try await PrivateEngine.with { engine in
                try await Bed.with(engine: engine) { bed in
                    var manifest = Manifest.writers(try await bed.image("v1"))
                    try await bed.apply(manifest)
                    let first = try await bed.settled("db", .seconds(60))
                    try await bed.written(first, by: "v1")
                    manifest.image = try await bed.image("v2")

                    try await engine.kill()
                    try await bed.apply(manifest)
                    let waiting = try await bed.wait(for: "db", "the engine is missed") {
                        $0.condition("Ready")?.reason == "ProviderUnreachable"
                            || $0.condition("Reconciling")?.reason == "ProviderUnreachable"
                    }
                    #expect(waiting.instances.map(\.uid) == first.instances.map(\.uid))
                    #expect(waiting.instances.allSatisfy { $0.metadata.deletionTimestamp == nil })
                    // immd restarted meanwhile has never seen the engine, and believes no more than before.
                    bed.daemon.crash()
                    try await bed.daemon.start()
                    for volume in first.volumes {
                        let log = engine.dataFolder(ofVolume: volume.status.providerID ?? "") + "/log"
                        let before = try readText(log).utf8.count
                        try await bed.wait(for: "db", "\(volume.name) is written without an engine") { _ in
                            try readText(log).utf8.count > before
                        }
                    }
                    #expect(try await bed.fleet("db").instances.map(\.uid) == first.instances.map(\.uid))

                    try await engine.start(leftovers)
                    let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(120))
                    #expect(second.volumes.map(\.uid) == first.volumes.map(\.uid))
                    try await bed.written(second, by: "v2")
                    try await bed.expectNothingLeaked(second)
                    if leftovers == .takenOver {
                        #expect(second.volumes.map(\.status.epoch) == [2, 2, 2], "an instance was lost to the outage")
                    }
                }
            }
        }
    }
}
