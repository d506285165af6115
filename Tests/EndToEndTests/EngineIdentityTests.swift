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
    /// An engine that is not the one on record: everything there is Unknown, and nothing is done, until a person decides.
    @Suite struct EngineIdentityTests {
        @Test(.timeLimit(.minutes(4)))
        func `an engine with another data root is not acted on, nothing counts as gone, and it can be adopted`()
            async throws
        {
            try await PrivateEngine.with { other in
                try await Bed.with(endpoint: { $0 + "/engine.sock" }) { bed in
                    let shared = try #require(TestEngine.socketPath)
                    try await bed.reconnect(to: shared)
                    let web = Manifest(try await bed.image("v1"))
                    try await bed.apply(web)
                    try await bed.apply(Manifest.writers(web.image))
                    let first = try await bed.settled("web", .seconds(60))
                    let data = try await bed.settled("db", .seconds(60))
                    let recorded = try #require(try await bed.providerObject.status.identity)

                    // Another engine answers under the same address.
                    try await bed.reconnect(to: other.socketPath)
                    let changed = try await bed.wait(for: "web", "the other engine is noticed", .seconds(60)) {
                        $0.condition("Ready")?.reason == "ProviderIdentityChanged"
                    }
                    #expect(changed.instances.map(\.uid) == first.instances.map(\.uid), "they count as gone")
                    var larger = web
                    larger.replicas = 5
                    try await bed.apply(larger)
                    try await bed.wait(for: "web", "what was found is told") { _ in
                        try await bed.providerObject.status.foundIdentity == ""
                    }
                    // Time enough for several reconciles.
                    try await Task.sleep(for: .seconds(2))
                    #expect(try await other.engine.listContainers(labels: []) == [])
                    #expect(try await other.engine.listVolumes(labels: []) == [])
                    #expect(try await bed.fleet("db").volumes.map(\.status.epoch) == data.volumes.map(\.status.epoch))
                    #expect(try await bed.providerObject.status.identity == recorded)

                    // The one on record is back: all goes on as if nothing had been.
                    try await bed.reconnect(to: shared)
                    let five = try await bed.wait(for: "web", "five with the engine on record", .seconds(60)) {
                        $0.isSettled && $0.instances.count == 5
                    }
                    #expect(five.ids.isSuperset(of: first.ids))
                    #expect(try await bed.fleet("db").ids == data.ids)

                    try await EngineIdentityTests.adopt(other, bed, recorded: recorded, five, data)
                }
            }
        }

        private static func adopt(
            _ other: PrivateEngine, _ bed: Bed, recorded: String, _ web: Fleet, _ data: Fleet
        ) async throws {
            try await bed.reconnect(to: other.socketPath)
            try await bed.wait(for: "web", "the other engine again", .seconds(60)) { _ in
                try await bed.providerObject.status.foundIdentity == ""
            }
            try await bed.image("v1", on: other.engine)
            try await bed.immctl("provider", "adopt", "docker")
            let provider = try await bed.providerObject
            #expect(provider.status.formerIdentities == [recorded])
            #expect(provider.status.identity != recorded)
            // An image that was built at the other engine has another id here: what the tag means is asked for anew.
            for set in ["web", "db"] {
                try await bed.wait(for: set, "\(set) misses its image") {
                    $0.condition("Stalled")?.reason == "ImageUnavailable"
                }
                try await bed.immctl("rollout", "restart", "instanceset/\(set)", "--resolve")
            }
            // What needs no data comes up there; what does is waited for, and never made blank.
            let adopted = try await bed.wait(for: "web", "web on the adopted engine", .seconds(90)) {
                $0.isSettled && $0.ids.isDisjoint(with: web.ids)
            }
            #expect(Set(try await other.engine.listContainers(labels: []).map(\.id)) == adopted.ids)
            let waiting = try await bed.wait(for: "db", "the missing data is told", .seconds(60)) {
                ($0.set?.status.conditions ?? []).contains { $0.message.contains("missing at the engine") }
            }
            #expect(waiting.volumes.map(\.uid) == data.volumes.map(\.uid))
            #expect(try await other.engine.listVolumes(labels: []).map(\.name).allSatisfy { $0.hasSuffix("_identity") })
            let said = try await bed.immctl("provider", "adopt", "docker", exits: 1)
            #expect(said.contains("nothing to adopt"), "\(said)")
        }

        @Test func `a marker that somebody removed is put back by an adoption, and the instances run on`() async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                let recorded = try #require(try await bed.providerObject.status.identity)
                let marker = try #require(try await bed.volumes().first { $0.name.hasSuffix("_identity") })
                try await bed.engine.removeVolume(marker.name)
                manifest.environment = [("ROUND", "2")]
                try await bed.apply(manifest)
                // Noticed at the next connection; an effect would be refused before.
                bed.daemon.crash()
                try await bed.daemon.start()
                try await bed.wait(for: "db", "the missing marker is told", .seconds(60)) {
                    $0.condition("Ready")?.reason == "ProviderIdentityChanged"
                }
                let unknown = try await bed.providerObject.status.unknownObjects
                #expect(Set(unknown.filter { $0.kind == "Instance" }.map(\.id)) == first.ids)
                #expect(Set(try await bed.containers().map(\.id)) == first.ids)

                try await bed.immctl("provider", "adopt", "docker")
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                #expect(second.volumes.map(\.uid) == first.volumes.map(\.uid))
                #expect(second.volumes.map(\.status.epoch) == [2, 2])
                let identity = try #require(try await bed.providerObject.status.identity)
                #expect(identity != recorded)
                #expect(second.volumes.allSatisfy { $0.status.receipts.last?.providerIdentity == identity })
                #expect(second.volumes.allSatisfy { $0.status.providerIdentity == identity })
                try await bed.written(second, by: "v1")
                try await bed.expectNothingLeaked(second)
            }
        }
    }
}

extension Bed {
    var providerObject: ProviderObject {
        get async throws { try await client.get(ProviderObject.self, name: "docker") }
    }

    /// Lets immd's endpoint, a link, lead to an engine, and starts immd anew: connections outlive the link that they were
    /// made by.
    func reconnect(to socket: String) async throws {
        daemon.crash()
        let link = daemon.endpoint + ".new"
        unlink(link)
        guard symlink(socket, link) == 0, rename(link, daemon.endpoint) == 0 else {
            throw Failure("\(daemon.endpoint) cannot lead to \(socket)")
        }
        try await daemon.start()
    }
}
