import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct OverrideAuthorTests {
    @Test func `who asked for an override is written by the server, and nobody changes it`() async throws {
        let fixture = try await Fixture.make()
        var request = VolumeForceDetach()
        request.metadata = ObjectMeta(name: "burned", namespace: "default")
        request.spec.volume = "data-web-0"
        request.spec.epoch = 3
        request.spec.reason = "the host burned down"
        var forged = request.json
        forged["status"] = ["outcome": "Accepted", "requestedBy": "somebody else"]
        var options = WriteOptions()
        options.user = "alice"
        let made = try await fixture.client.create(forged, options)
        #expect(made["status"]?["requestedBy"] == "alice")
        #expect(made["status"]?["outcome"] == "Pending")

        let reference = ObjectReference(VolumeForceDetach.resourceType, namespace: "default", name: "burned")
        options.user = "bob"
        let answered = try await fixture.client.mergePatch(
            reference, ["status": ["outcome": "Refused", "requestedBy": "bob"]], .status, options)
        #expect(answered["status"]?["requestedBy"] == "alice")
        #expect(answered["status"]?["outcome"] == "Refused")
        let refused = try await failure {
            _ = try await fixture.client.mergePatch(reference, ["spec": ["epoch": 4]], nil, options)
        }
        #expect(refused.code == 422 && refused.message.contains("make another VolumeForceDetach"))
    }

    @Test func `an override can be asked for in a namespace that goes away`() async throws {
        let fixture = try await Fixture.make()
        _ = try await fixture.client.delete(
            ObjectReference(Namespace.resourceType, name: "other"), DeleteOptions())
        var request = VolumeForceDetach()
        request.metadata = ObjectMeta(name: "burned", namespace: "other")
        request.spec.volume = "data-web-0"
        request.spec.epoch = 3
        request.spec.reason = "the host burned down"
        _ = try await fixture.client.create(request)
        let refused = try await failure {
            _ = try await fixture.client.create(Fixture.setBody(namespace: "other"), WriteOptions())
        }
        #expect(refused.code == 403)
    }
}
