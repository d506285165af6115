import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct ScaleTests {
    @Test func `the scale subresource reads and writes replicas`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet()
        _ = try await fixture.client.mergePatch(
            fixture.set(), ["status": ["replicas": 2, "selector": "imm.dev/set=web"]], .status, WriteOptions())
        let scale = try await fixture.client.scale(of: fixture.set())
        #expect(scale["apiVersion"] == "autoscaling/v1" && scale["kind"] == "Scale")
        #expect(scale["spec"]?["replicas"] == 3)
        #expect(scale["status"] == ["replicas": 2, "selector": "imm.dev/set=web"])
        #expect(scale["metadata"]?["uid"] == made["metadata"]?["uid"])

        let options = WriteOptions(fieldManager: "scaler")
        let patched = try await fixture.client.mergePatch(fixture.set(), ["spec": ["replicas": 5]], .scale, options)
        #expect(patched["kind"] == "Scale" && patched["spec"]?["replicas"] == 5)
        let stored = try await fixture.client.get(fixture.set())
        #expect(stored["metadata"]?["generation"] == 2)
        let entry = stored["metadata"]?["managedFields"]?.arrayValue?.first { $0["manager"] == "scaler" }
        #expect(entry?["subresource"] == "scale")
        #expect(entry?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])

        var put = patched
        put[path: ["spec", "replicas"]] = 6
        let replaced = try await fixture.client.update(put, .scale, options)
        #expect(replaced["spec"]?["replicas"] == 6)
        let stale = try await failure { _ = try await fixture.client.update(put, .scale, options) }
        #expect(stale.isConflict)
    }

    @Test func `who applies a Scale owns the replicas through it`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let scale: JSONValue = [
            "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "web", "namespace": "default"],
            "spec": ["replicas": 9],
        ]
        let options = WriteOptions(fieldManager: "scaler", force: true)
        let applied = try await fixture.client.apply(scale, .scale, options)
        #expect(applied["kind"] == "Scale" && applied["spec"]?["replicas"] == 9)
        let stored = try await fixture.client.get(fixture.set())
        #expect(stored["spec"]?["replicas"] == 9 && stored["metadata"]?["generation"] == 2)
        let entry = stored["metadata"]?["managedFields"]?.arrayValue?.first { $0["manager"] == "scaler" }
        #expect(entry?["operation"] == "Apply" && entry?["subresource"] == "scale")
        #expect(entry?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
        let again = try await fixture.client.apply(scale, .scale, options)
        #expect(again["metadata"]?["resourceVersion"] == applied["metadata"]?["resourceVersion"], "no write")
    }

    @Test func `replicas out of bounds and kinds without scale are refused`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let negative = try await failure {
            _ = try await fixture.client.mergePatch(
                fixture.set(), ["spec": ["replicas": -2]], .scale, WriteOptions())
        }
        #expect(negative.code == 422 && negative.causes.first?.field == "spec.replicas")
        let namespace = ObjectReference(Namespace.resourceType, name: "default")
        #expect(try await failure { _ = try await fixture.client.scale(of: namespace) }.isNotFound)
    }
}
