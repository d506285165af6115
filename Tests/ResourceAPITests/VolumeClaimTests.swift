import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct VolumeClaimTests {
    private static let size = ["spec", "volumeClaimTemplates"]

    /// A set with one claim of 1Gi on `docker`, whose capabilities `able` edits.
    private func made(_ able: ((inout ProviderCapabilities) -> Void)?) async throws -> Fixture {
        let fixture = try await Fixture.make()
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: "docker")
        provider = try await fixture.client.create(provider)
        if let able {
            var capabilities = ProviderCapabilities()
            able(&capabilities)
            provider.status.capabilities = capabilities
            _ = try await fixture.client.updateStatus(provider)
        }
        try await fixture.createSet("db") { $0 = VolumeClaimTests.body("db", "1Gi") }
        return fixture
    }

    private static func body(_ name: String, _ size: String) -> JSONValue {
        var body = Fixture.setBody(name)
        body[path: ["spec", "provider"]] = "docker"
        body[path: ["spec", "volumeClaimTemplates"]] = [["name": "data", "spec": ["size": .string(size)]]]
        body[path: ["spec", "template", "spec", "volumeMounts"]] = [["name": "data", "mountPath": "/data"]]
        return body
    }

    private func grow(_ fixture: Fixture) async throws {
        _ = try await fixture.client.mergePatch(
            fixture.set("db"),
            ["spec": ["volumeClaimTemplates": [["name": "data", "spec": ["size": "2Gi"]]]]], nil, WriteOptions())
    }

    @Test func `a claim grows where its provider can resize`() async throws {
        let fixture = try await made { $0.resize = true }
        try await grow(fixture)
    }

    @Test(arguments: [
        (true, "provider docker cannot resize volumes"), (false, "have no size of their own"),
    ]) func `a claim does not grow where its provider cannot, and the refusal says why`(
        hasSizes: Bool, why: String
    ) async throws {
        let fixture = try await made { $0.sizeLimit = hasSizes }
        let status = try await failure { try await grow(fixture) }
        #expect(status.code == 422 && status.message.contains(why), "\(status.message)")
        #expect(status.causes.map(\.field) == ["spec.volumeClaimTemplates[0].spec.size"])
    }

    @Test func `a claim does not grow while nobody knows what its provider can`() async throws {
        let fixture = try await made(nil)
        let status = try await failure { try await grow(fixture) }
        #expect(status.code == 422 && status.message.contains("not known yet"))
    }

    @Test func `the volumes of a set have one heir`() async throws {
        let fixture = try await made(nil)
        func heir(_ name: String) async throws {
            try await fixture.createSet(name) { object in
                object = VolumeClaimTests.body(name, "1Gi")
                object[path: ["spec", "adoptVolumesFrom"]] = ["set": "db"]
            }
        }
        try await heir("first")
        let status = try await failure { try await heir("second") }
        #expect(status.code == 422 && status.message.contains("set \"first\" takes over the volumes of \"db\" already"))
    }
}
