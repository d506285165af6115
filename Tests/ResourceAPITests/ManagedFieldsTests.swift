import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct ManagedFieldsTests {
    private func entries(_ object: JSONValue) -> [JSONValue] {
        object["metadata"]?["managedFields"]?.arrayValue ?? []
    }

    private func entry(_ object: JSONValue, _ manager: String) -> JSONValue? {
        entries(object).first { $0["manager"] == .string(manager) }
    }

    @Test func `an entry says who, how, when, in which version and of which fields`() async throws {
        let fixture = ApplyFixture()
        let object = try await fixture.apply("kubectl", #"{"number":1}"#)
        #expect(
            entries(object) == [
                [
                    "apiVersion": "test.dev/v1", "fieldsType": "FieldsV1", "manager": "kubectl", "operation": "Apply",
                    "fieldsV1": ["f:spec": ["f:number": [:]]], "time": .string(fixture.clock.now.rfc3339Seconds),
                ]
            ])
    }

    @Test func `an apply that changes nothing is no write`() async throws {
        let fixture = ApplyFixture()
        let first = try await fixture.apply("a", #"{"number":1,"items":[{"name":"x"}],"words":["b","a"]}"#)
        let before = try await fixture.store.currentVersion()
        let second = try await fixture.apply("a", #"{"number":1,"items":[{"name":"x"}],"words":["b","a"]}"#)
        #expect(second == first, "not even the time of the entry changes")
        #expect(try await fixture.store.currentVersion() == before)
        let third = try await fixture.apply("b", #"{"number":1}"#)
        #expect(entries(third).count == 2, "another owner is a write")
        #expect(third["metadata"]?["generation"] == 1)
    }

    @Test func `an apply makes a missing object, once`() async throws {
        let fixture = ApplyFixture()
        let made = try await fixture.apply("a", #"{"number":1}"#)
        #expect(made["metadata"]?["generation"] == 1)
        #expect(made["spec"]?["mode"] == "Auto")
        #expect(entries(made).count == 1)
        let dry = try await fixture.client.apply(
            ApplyFixture.body(["number": 2]), WriteOptions(fieldManager: "a", dryRun: true))
        #expect(dry["spec"]?["number"] == 2)
        #expect(try await fixture.client.get(ApplyFixture.reference) == made)
    }

    @Test func `one conflict is one sentence, several a list by manager`() async throws {
        let fixture = ApplyFixture()
        _ = try await fixture.client.create(
            ApplyFixture.body(["number": 1, "name": "x"]), WriteOptions(fieldManager: "kubectl-edit"))
        let one = try await failure { _ = try await fixture.apply("b", #"{"number":2}"#) }
        #expect(
            one.message
                == "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using test.dev/v1: .spec.number")
        #expect(one.causes.map(\.message) == ["conflict with \"kubectl-edit\" using test.dev/v1"])
        #expect(one.causes.map(\.field) == [".spec.number"])
        _ = try await fixture.apply("c", #"{"flag":true}"#)
        let several = try await failure { _ = try await fixture.apply("b", #"{"number":2,"name":"y","flag":false}"#) }
        #expect(
            several.message == """
                Apply failed with 3 conflicts: conflicts with "c":
                - .spec.flag
                conflicts with "kubectl-edit" using test.dev/v1:
                - .spec.name
                - .spec.number
                """)
    }

    @Test func `the status has owners of its own`() async throws {
        let fixture = ApplyFixture()
        let made = try await fixture.apply("a", #"{"number":1}"#)
        var changed = made
        changed["status"] = ["phase": "Up", "count": 1]
        let options = WriteOptions(fieldManager: "controller")
        let updated = try await fixture.client.update(changed, .status, options)
        let owned = try #require(entry(updated, "controller"))
        #expect(owned["subresource"] == "status")
        #expect(owned["operation"] == "Update")
        #expect(owned["fieldsV1"] == ["f:status": [".": [:], "f:count": [:], "f:phase": [:]]])
        #expect(entry(updated, "a") == entry(made, "a"))

        var configuration = ApplyFixture.body([:])
        configuration["status"] = ["count": 2]
        let conflict = try await failure {
            _ = try await fixture.client.apply(configuration, .status, WriteOptions(fieldManager: "b"))
        }
        #expect(
            conflict.message == "Apply failed with 1 conflict: conflict with \"controller\" with subresource "
                + "\"status\" using test.dev/v1: .status.count")
        let main = try await fixture.client.apply(configuration, WriteOptions(fieldManager: "b"))
        #expect(main["status"]?["count"] == 1, "an apply to the object leaves the status alone")
    }

    @Test func `managedFields in an applied body, a missing manager and a wrong version are refused`() async throws {
        let fixture = ApplyFixture()
        var body = ApplyFixture.body(["number": 1])
        body[path: ["metadata", "managedFields"]] = []
        let managed = try await failure { _ = try await fixture.client.apply(body, WriteOptions(fieldManager: "a")) }
        #expect(managed.code == 400 && managed.message == "metadata.managedFields must be nil")
        let nobody = try await failure {
            _ = try await fixture.client.apply(ApplyFixture.body(["number": 1]), WriteOptions())
        }
        #expect(nobody.code == 422 && nobody.message.contains("fieldManager: Required value"))
        body = ApplyFixture.body(["number": 1])
        body[path: ["metadata", "resourceVersion"]] = "1"
        let missing = try await failure { _ = try await fixture.client.apply(body, WriteOptions(fieldManager: "a")) }
        #expect(missing.isConflict)
        _ = try await fixture.apply("a", #"{"number":1}"#)
        _ = try await fixture.apply("a", #"{"number":2}"#)
        let stale = try await failure { _ = try await fixture.client.apply(body, WriteOptions(fieldManager: "a")) }
        #expect(stale.isConflict && stale.message.contains("the object has been modified"))
    }

    @Test(arguments: [
        #"{"number":"one"}"#, #"{"items":{"x":1}}"#, #"{"items":[{"value":1}]}"#,
        #"{"items":[{"name":"x"},{"name":"x"}]}"#,
        #"{"words":["a","a"]}"#,
    ])
    func `a configuration that cannot be merged is refused`(_ spec: String) async throws {
        let fixture = ApplyFixture()
        let status = try await failure { _ = try await fixture.apply("a", spec) }
        #expect([400, 422].contains(status.code))
        #expect(status.message.contains("spec"))
    }

    @Test func `clients can read, replace and reset managedFields`() async throws {
        let fixture = ApplyFixture()
        var object = try await fixture.apply("a", #"{"number":1,"name":"x"}"#)
        object[path: ["metadata", "managedFields"]] = [
            [
                "manager": "b", "operation": "Apply", "apiVersion": "test.dev/v1", "fieldsType": "FieldsV1",
                "fieldsV1": ["f:spec": ["f:number": [:], "f:items": ["k:{ \"name\": \"x\" }": [".": [:]]]]],
            ]
        ]
        object = try await fixture.client.update(object, nil, WriteOptions(fieldManager: "u"))
        #expect(
            ApplyFixture.owners(object) == ["b": ["f:number": [:], "f:items": ["k:{\"name\":\"x\"}": [:]]]],
            "elements come back in their one form")
        let moved = try await fixture.apply("b", #"{"name":"x"}"#)
        #expect(moved["spec"] == ["name": "x", "mode": "Auto"])

        object = moved
        object[path: ["metadata", "managedFields"]] = "nonsense"
        let kept = try await fixture.client.update(object, nil, WriteOptions(fieldManager: "u"))
        #expect(entries(kept) == entries(moved))
        object[path: ["metadata", "managedFields"]] = [[:]]
        let reset = try await fixture.client.update(object, nil, WriteOptions(fieldManager: "u"))
        #expect(entries(reset).isEmpty)
        let later = try await fixture.client.mergePatch(
            ApplyFixture.reference, ["spec": ["number": 9]], nil, WriteOptions(fieldManager: "u"))
        #expect(entries(later).isEmpty, "without managers updates are not tracked")
        let applied = try await failure { _ = try await fixture.apply("a", #"{"number":1}"#) }
        #expect(applied.message.contains("before-first-apply"))
        let forced = try await fixture.apply("a", #"{"number":1}"#, force: true)
        #expect(entry(forced, "before-first-apply")?["operation"] == "Update")
        #expect(ApplyFixture.owners(forced)["a"] == ["f:number": [:]])
    }

    @Test func `metadata that only the server writes has no owner`() async throws {
        let fixture = ApplyFixture()
        var body = ApplyFixture.body(["number": 1])
        body[path: ["metadata", "labels"]] = ["app": "x"]
        body[path: ["metadata", "finalizers"]] = ["test.dev/f"]
        body[path: ["metadata", "generation"]] = 5
        let object = try await fixture.client.apply(body, WriteOptions(fieldManager: "a"))
        #expect(object["metadata"]?["generation"] == 1)
        #expect(
            entry(object, "a")?["fieldsV1"]?["f:metadata"] == [
                "f:labels": ["f:app": [:]], "f:finalizers": ["v:\"test.dev/f\"": [:]],
            ])
        let created = try await fixture.client.mergePatch(
            ApplyFixture.reference, ["metadata": ["annotations": ["note": "y"]]], nil, WriteOptions(fieldManager: "n"))
        #expect(entry(created, "n")?["fieldsV1"] == ["f:metadata": ["f:annotations": [".": [:], "f:note": [:]]]])
    }

    @Test func `only ten updaters are told apart`() async throws {
        let fixture = ApplyFixture()
        _ = try await fixture.apply("a", #"{"name":"x"}"#)
        for index in 0..<14 {
            fixture.clock.advance(.seconds(1))
            let labels: JSONValue = .object(JSONObject([("l\(index)", JSONValue.string("v"))]))
            _ = try await fixture.client.mergePatch(
                ApplyFixture.reference, ["spec": ["labels": labels]], nil, WriteOptions(fieldManager: "u\(index)"))
        }
        let object = try await fixture.client.get(ApplyFixture.reference)
        let updaters = entries(object).filter { $0["operation"] == "Update" }
        #expect(updaters.count == 10)
        let old = try #require(entry(object, "ancient-changes"))
        #expect(old["fieldsV1"]?["f:spec"]?["f:labels"]?["f:l0"] != nil)
        #expect(entry(object, "u13") != nil && entry(object, "u0") == nil)
    }

    @Test func `a real set can be applied by two managers`() async throws {
        let fixture = try await Fixture.make()
        var first = Fixture.setBody()
        first[path: ["spec", "template", "spec", "env"]] = [["name": "A", "value": "1"]]
        _ = try await fixture.client.apply(first, WriteOptions(fieldManager: "immctl"))
        let second: JSONValue = [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["name": "web", "namespace": "default"],
            "spec": ["template": ["spec": ["env": [["name": "B", "value": "2"]]]]],
        ]
        let merged = try await fixture.client.apply(second, WriteOptions(fieldManager: "sidecar"))
        #expect(
            merged[path: ["spec", "template", "spec", "env"]] == [
                ["name": "A", "value": "1"], ["name": "B", "value": "2"],
            ])
        #expect(merged["metadata"]?["generation"] == 2)
        var third = first
        third[path: ["spec", "template", "spec", "env"]] = [["name": "B", "value": "3"]]
        let status = try await failure {
            _ = try await fixture.client.apply(third, WriteOptions(fieldManager: "immctl"))
        }
        #expect(status.causes.map(\.field) == [".spec.template.spec.env[name=\"B\"].value"])
    }
}
