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
    @Suite struct BadInputTests {
        @Test func `an image that is not there is told, touches nothing, and is mended by the next apply`() async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")

                manifest.image = "imm-e2e-\(bed.name)/app:missing"
                try await bed.apply(manifest)
                let stalled = try await bed.wait(for: "db", "the missing image is told", .seconds(60)) {
                    $0.condition("Stalled")?.reason == "ImageUnavailable"
                }
                let condition = try #require(stalled.condition("Stalled"))
                #expect(condition.message.contains(manifest.image), "\(condition.message)")
                #expect(stalled.condition("Ready")?.status == .false)
                #expect(stalled.ids == first.ids)
                #expect(stalled.set?.status.availableReplicas == 2)
                try await bed.expectNothingLeaked(stalled)

                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                let second = try await bed.settled("db", after: first.set?.status.updateRevision)
                #expect(second.condition("Stalled") == nil)
                try await bed.written(second, by: "v2")
            }
        }

        @Test func `a port of the host for two instances at once is refused with the reason`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.network = "bridge"
                manifest.template = ["ports": [["name": "http", "containerPort": 80, "hostPort": 18_080]]]
                await bed.expectRefused(manifest, naming: "hostPort")
                manifest.replicas = 1
                manifest.strategy = ["maxSurge": 1]
                await bed.expectRefused(manifest, naming: "maxSurge")
                #expect(try await bed.fleet("web").set == nil)
            }
        }

        @Test func `a second immd on the same data says who has it, and leaves it alone`() async throws {
            try await Bed.with { bed in
                let output = bed.directory + "/second.log"
                let second = try bed.daemon.launch(
                    data: bed.directory + "/data", socket: bed.directory + "/second.sock", output: output)
                defer { second.end() }
                let exit = try await second.wait(.seconds(10))
                #expect(exit == .code(1))
                let pid = try #require(bed.daemon.pid)
                let said = try readText(output)
                #expect(said.contains("\(pid)"), "the owner \(pid) is not named: \(said)")
                let answer = try await bed.client.raw(method: .get, path: "/readyz")
                #expect(answer.status == 200)
            }
        }

        @Test func `without an engine immd serves and waits, and goes on when the engine comes`() async throws {
            try await Bed.with(endpoint: { $0 + "/engine.sock" }) { bed in
                let manifest = Manifest(try await bed.image("v1"))
                let unready = try await bed.provider("the engine is missed") { $0?.status == .false }
                #expect(unready.reason == "ProviderUnreachable" || unready.reason == "Unreachable", "\(unready)")
                #expect(unready.message.contains("engine.sock"), "the endpoint is not named: \(unready.message)")
                try await bed.apply(manifest)
                let waiting = try await bed.wait(for: "web", "the set waits") {
                    $0.condition("Reconciling")?.reason == "ProviderUnreachable"
                }
                #expect(waiting.instances.isEmpty)
                #expect(waiting.condition("Ready")?.status == .false)

                #expect(symlink(TestEngine.socketPath ?? "", bed.daemon.endpoint) == 0)
                let settled = try await bed.settled("web", .seconds(60))
                #expect(settled.ids.count == 3)
                let ready = try await bed.provider("the engine is there") { $0?.status == .true }
                #expect(ready.status == .true)
                try await bed.expectNothingLeaked(settled)
            }
        }
    }
}

extension Bed {
    func expectRefused(
        _ manifest: Manifest, naming field: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: APIStatus.self, sourceLocation: sourceLocation) { try await apply(manifest) }
        #expect(error?.code == 422, "\(error?.message ?? "")", sourceLocation: sourceLocation)
        #expect(error?.message.contains(field) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    }

    /// The Ready condition of the default Provider, once it is as wanted.
    func provider(_ what: String, _ isWanted: (Condition?) -> Bool) async throws -> Condition {
        var last: Condition?
        for _ in 1...600 {
            last = try await client.get(ProviderObject.self, name: "docker").status.conditions["Ready"]
            if let last, isWanted(last) { return last }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure("\(what): the provider is still \(String(describing: last))\n\(daemon.log.lastLines(20))")
    }
}
