import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct UpdateTests {
    @Test func `an update from an older version is a conflict in Kubernetes' words`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet()
        var newer = made
        newer[path: ["spec", "replicas"]] = 5
        _ = try await fixture.client.update(newer, nil, WriteOptions())
        var older = made
        older[path: ["spec", "replicas"]] = 4
        let status = try await failure { _ = try await fixture.client.update(older, nil, WriteOptions()) }
        #expect(status.code == 409)
        #expect(
            status.message
                == "Operation cannot be fulfilled on instancesets.imm.dev \"web\": the object has been modified; "
                + "please apply your changes to the latest version and try again")
    }

    @Test func `an update without a version replaces whatever stands there`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        var body = Fixture.setBody()
        body[path: ["spec", "replicas"]] = 8
        let result = try await fixture.client.update(body, nil, WriteOptions())
        #expect(result["spec"]?["replicas"] == 8)
        #expect(!result[path: ["metadata", "creationTimestamp"]].isMissing)
    }

    @Test func `generation grows with the spec, not with metadata or status`() async throws {
        let fixture = try await Fixture.make()
        var object = try await fixture.createSet()
        func generation() -> Int64? { object["metadata"]?["generation"]?.intValue }
        object[path: ["metadata", "labels", "a"]] = "b"
        object = try await fixture.client.update(object, nil, WriteOptions())
        #expect(generation() == 1)
        object["status"] = ["replicas": 2]
        object = try await fixture.client.update(object, .status, WriteOptions())
        #expect(generation() == 1)
        object[path: ["spec", "paused"]] = true
        object = try await fixture.client.update(object, nil, WriteOptions())
        #expect(generation() == 2)
        object = try await fixture.client.mergePatch(
            fixture.set(), ["spec": ["paused": false]], nil, WriteOptions())
        #expect(generation() == 3)
    }

    @Test func `a write that changes nothing keeps the version`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet()
        let before = try await fixture.version()
        fixture.clock.advance(.seconds(100))
        let options = WriteOptions(fieldManager: "somebody")
        #expect(try await fixture.client.update(made, nil, options) == made)
        #expect(try await fixture.client.update(made, .status, options) == made)
        #expect(try await fixture.client.mergePatch(fixture.set(), ["spec": ["replicas": 3]], nil, options) == made)
        var sparse = Fixture.setBody()
        sparse[path: ["metadata", "managedFields"]] = made["metadata"]?["managedFields"]
        #expect(try await fixture.client.update(sparse, nil, options) == made, "defaults are put in before comparing")
        #expect(try await fixture.version() == before)
    }

    @Test func `the status is written through its subresource only, and that writes nothing else`() async throws {
        let fixture = try await Fixture.make()
        var object = try await fixture.createSet()
        object["status"] = ["replicas": 2]
        object[path: ["spec", "replicas"]] = 9
        let main = try await fixture.client.update(object, nil, WriteOptions())
        #expect(main["status"] == ["observedGeneration": 0])
        #expect(main["spec"]?["replicas"] == 9)
        object[path: ["metadata", "resourceVersion"]] = main["metadata"]?["resourceVersion"]
        object[path: ["spec", "replicas"]] = 1
        object[path: ["metadata", "labels"]] = ["x": "y"]
        let status = try await fixture.client.update(object, .status, WriteOptions())
        #expect(status["status"]?["replicas"] == 2)
        #expect(status["spec"]?["replicas"] == 9)
        #expect(status[path: ["metadata", "labels"]].isMissing)
        let patched = try await fixture.client.mergePatch(
            fixture.set(), ["spec": ["replicas": 5], "status": ["readyReplicas": 1]], .status, WriteOptions())
        #expect(patched["spec"]?["replicas"] == 9)
        #expect(patched["status"]?["readyReplicas"] == 1)
        #expect(patched["status"]?["replicas"] == 2)
    }

    @Test func `a status that breaks the schema is refused`() async throws {
        let fixture = try await Fixture.make()
        var object = try await fixture.createSet()
        object["status"] = ["replicas": "two"]
        let status = try await failure { _ = try await fixture.client.update(object, .status, WriteOptions()) }
        #expect(status.code == 422)
        #expect(status.causes.first?.field == "status.replicas")
    }

    @Test func `an update cannot change what only the server sets`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet()
        var object = made
        object[path: ["metadata", "creationTimestamp"]] = "2001-01-01T00:00:00Z"
        object[path: ["metadata", "generation"]] = 70
        object[path: ["metadata", "deletionTimestamp"]] = "2001-01-01T00:00:00Z"
        #expect(try await fixture.client.update(object, nil, WriteOptions()) == made)
        object[path: ["metadata", "uid"]] = "another"
        let status = try await failure { _ = try await fixture.client.update(object, nil, WriteOptions()) }
        #expect(status.isConflict)
        #expect(status.message.contains("Precondition failed: UID in precondition: another"))
    }

    @Test func `a patch may expect a version, and cannot rename`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let stale: JSONValue = ["metadata": ["resourceVersion": "1"], "spec": ["replicas": 1]]
        #expect(
            try await failure {
                _ = try await fixture.client.mergePatch(fixture.set(), stale, nil, WriteOptions())
            }.isConflict)
        let renaming: JSONValue = ["metadata": ["name": "other"]]
        let status = try await failure {
            _ = try await fixture.client.mergePatch(fixture.set(), renaming, nil, WriteOptions())
        }
        #expect(status.code == 422)
        #expect(status.causes.first?.field == "metadata.name")
    }

    @Test func `a missing object is not found, for every verb`() async throws {
        let fixture = try await Fixture.make()
        let client = fixture.client
        let reference = fixture.set("ghost")
        let verbs: [() async throws -> Void] = [
            { _ = try await client.get(reference) },
            { _ = try await client.update(Fixture.setBody("ghost"), nil, WriteOptions()) },
            { _ = try await client.update(Fixture.setBody("ghost"), .status, WriteOptions()) },
            { _ = try await client.mergePatch(reference, [:], nil, WriteOptions()) },
            { _ = try await client.mergePatch(reference, ["spec": ["replicas": 1]], .scale, WriteOptions()) },
            { _ = try await client.delete(reference, DeleteOptions()) },
            { _ = try await client.scale(of: reference) },
        ]
        for verb in verbs {
            let status = try await failure(verb)
            #expect(status.message == "instancesets.imm.dev \"ghost\" not found")
            #expect(status.code == 404)
        }
    }

    @Test func `a Revision's spec cannot change`() async throws {
        let fixture = try await Fixture.make()
        var revision = Revision()
        revision.metadata = ObjectMeta(name: "web-0123456789", namespace: "default")
        revision.spec.set = "web"
        revision.spec.number = 1
        revision.spec.hash = "v1-" + String(repeating: "a", count: 64)
        revision.spec.template.spec.image = "sha256:" + String(repeating: "b", count: 64)
        revision.spec.requestedImage = "nginx"
        var made = try await fixture.client.create(revision)
        made.spec.number = 2
        let changed = made
        let status = try await failure { _ = try await fixture.client.update(changed) }
        #expect(status.code == 422)
        #expect(status.message.contains("field is immutable"))
    }

    @Test func `two writers without versions both get through`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let (client, reference) = (fixture.client, fixture.set())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let patch: JSONValue = [
                        "metadata": ["labels": .object(JSONObject([("l\(index)", JSONValue.string("x"))]))]
                    ]
                    _ = try await client.mergePatch(reference, patch, nil, WriteOptions())
                }
            }
            try await group.waitForAll()
        }
        #expect(try await client.get(reference)["metadata"]?["labels"]?.objectValue?.count == 8)
    }
}
