import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct PatchRequestTests {
    @Test(arguments: [
        ("application/strategic-merge-patch+json", "--type=merge"),
        ("application/json", "application/merge-patch+json"), ("text/plain", "application/apply-patch+yaml"),
    ])
    func `other patch types are a 415 that says what to use`(type: String, hint: String) async throws {
        try await ServedFixture.run { fixture in
            let (code, json, _) = try await fixture.ask(.patch, "\(setsPath)/web", "{}", type: type)
            #expect(code == 415 && json["reason"] == "UnsupportedMediaType")
            #expect(json["message"]?.stringValue?.contains(hint) == true)
        }
    }

    @Test func `a Scale is applied, and what others applied is a conflict`() async throws {
        try await ServedFixture.run { fixture in
            let apply = "application/apply-patch+yaml"
            let set = setBody("web").encodedString()
            _ = try await fixture.ask(.patch, "\(setsPath)/web?fieldManager=user", set, type: apply)
            let path = "\(setsPath)/web/scale?fieldManager=scaler"
            let body = "apiVersion: autoscaling/v1\nkind: Scale\nspec:\n  replicas: 7\n"
            let refused = try await fixture.ask(.patch, path, body, type: apply)
            #expect(refused.code == 409, "\(refused.json.encodedString())")
            #expect(refused.json[path: ["details", "causes"]]?.arrayValue?.first?["field"] == ".spec.replicas")
            let forced = try await fixture.ask(.patch, path + "&force=true", body, type: apply)
            #expect(forced.code == 200 && forced.json["kind"] == "Scale" && forced.json["spec"]?["replicas"] == 7)
            #expect(try await fixture.ask(.get, "\(setsPath)/web").json["spec"]?["replicas"] == 7)
            let other = try await fixture.ask(.patch, path, set, type: apply)
            #expect(other.code == 400 && other.json["message"]?.stringValue?.contains("autoscaling/v1") == true)
            let empty = try await fixture.ask(.patch, path, "kind: Scale", type: apply)
            #expect(empty.code == 422 && empty.json["message"]?.stringValue?.contains("spec.replicas") == true)
            let missing = try await fixture.ask(.patch, "\(setsPath)/db/scale?fieldManager=me", body, type: apply)
            #expect(missing.code == 404)
            let nobody = try await fixture.ask(.patch, "\(setsPath)/web/scale", body, type: apply)
            #expect(nobody.code == 422 && nobody.json["message"]?.stringValue?.contains("fieldManager") == true)
        }
    }

    @Test func `a JSON patch changes the object, its status and its scale`() async throws {
        let type = "application/json-patch+json"
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            let path = "\(setsPath)/web"
            let spec = try await fixture.ask(
                .patch, path,
                #"[{"op":"test","path":"/spec/replicas","value":3},"#
                    + #"{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]"#, type: type)
            #expect(spec.code == 200 && spec.json["metadata"]?["labels"] == ["a": "b"])
            let status = try await fixture.ask(
                .patch, path + "/status", #"[{"op":"add","path":"/status","value":{"replicas":2}}]"#, type: type)
            #expect(status.code == 200 && status.json["status"]?["replicas"] == 2)
            let scale = try await fixture.ask(
                .patch, path + "/scale", #"[{"op":"replace","path":"/spec/replicas","value":5}]"#, type: type)
            #expect(scale.code == 200 && scale.json["kind"] == "Scale" && scale.json["spec"]?["replicas"] == 5)
            #expect(try await fixture.ask(.get, path).json["spec"]?["replicas"] == 5)
            let failed = try await fixture.ask(
                .patch, path, #"[{"op":"test","path":"/spec/replicas","value":3}]"#, type: type)
            #expect(failed.code == 422 && failed.json["reason"] == "Invalid")
            #expect(try await fixture.ask(.patch, path, "{}", type: type).code == 400)
            let renamed = try await fixture.ask(
                .patch, path, #"[{"op":"replace","path":"/metadata/name","value":"x"}]"#, type: type)
            #expect(renamed.code == 400)
        }
    }

    @Test func `a dry run of each patch changes nothing`() async throws {
        try await ServedFixture.run { fixture in
            let made = try await fixture.local.create(setBody("web"), WriteOptions())
            for (type, body) in [
                ("application/json-patch+json", #"[{"op":"replace","path":"/spec/replicas","value":5}]"#),
                ("application/merge-patch+json", #"{"spec":{"replicas":5}}"#),
                ("application/apply-patch+yaml", setBody("web", image: "nginx:2").encodedString()),
            ] {
                let path = "\(setsPath)/web?dryRun=All&fieldManager=me&force=true"
                let (code, json, _) = try await fixture.ask(.patch, path, body, type: type)
                #expect(code == 200 && json["spec"] != made["spec"], "\(type)")
                #expect(try await fixture.ask(.get, "\(setsPath)/web").json == made, "\(type)")
            }
        }
    }

    @Test func `kubectl's strategic merge patches work on Kubernetes' own kinds`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(secretBody("a", labels: ["x": "1", "y": "2"]), WriteOptions())
            let (code, json, _) = try await fixture.ask(
                .patch, "/api/v1/namespaces/default/secrets/a?fieldManager=kubectl",
                #"{"metadata":{"labels":{"x":null,"z":"3"}},"stringData":{"k":"v"}}"#,
                type: "application/strategic-merge-patch+json")
            #expect(code == 200 && json["metadata"]?["labels"] == ["y": "2", "z": "3"])
            #expect(json["data"] == ["k": "dg=="])
        }
    }

    @Test func `an apply makes the object with 201, and changes it with 200`() async throws {
        try await ServedFixture.run { fixture in
            let path = "\(setsPath)/web?fieldManager=me"
            let type = "application/apply-patch+yaml"
            let made = try await fixture.ask(.patch, path, setBody("web").encodedString(), type: type)
            #expect(made.code == 201 && made.json["metadata"]?["managedFields"]?.arrayValue?.count == 1)
            #expect(try await fixture.ask(.patch, path, setBody("web").encodedString(), type: type).code == 200)
            let nameless = try await fixture.ask(.patch, "\(setsPath)/web", setBody("web").encodedString(), type: type)
            #expect(nameless.code == 422, "the User-Agent does not stand in for a field manager of apply")
            var managed = setBody("web")
            managed[path: ["metadata", "managedFields"]] = []
            let refused = try await fixture.ask(.patch, path, managed.encodedString(), type: type)
            #expect(refused.code == 400 && refused.json["message"] == "metadata.managedFields must be nil")
        }
    }

    @Test func `an apply body may be YAML`() async throws {
        let yaml = """
            # The fleet.
            apiVersion: imm.dev/v1alpha1
            kind: InstanceSet
            metadata:
              name: web
            spec:
              replicas: 2
              template:
                spec:
                  image: nginx:1.27
            """
        try await ServedFixture.run { fixture in
            let type = "application/apply-patch+yaml"
            func apply(_ body: String) async throws -> (code: Int, json: JSONValue, headers: HTTPHeaders) {
                try await fixture.ask(.patch, "\(setsPath)/web?fieldManager=flux", body, type: type)
            }
            let made = try await apply(yaml)
            #expect(made.code == 201 && made.json["spec"]?["replicas"] == 2)
            #expect(made.json["metadata"]?["managedFields"]?.arrayValue?.first?["manager"] == "flux")
            let broken = try await apply(yaml + "\n  replicas: 3")
            #expect(broken.code == 400)
            #expect(broken.json["message"]?.stringValue?.contains("body:11:3") == true, "\(broken.json)")
            #expect(try await apply(yaml + "\n---\n" + yaml).code == 400)
            #expect(try await apply("- 1").code == 400)
            #expect(try await apply("# nothing").code == 400)
        }
    }

    @Test func `the status has its own appliers`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            func apply(_ manager: String, _ replicas: Int, force: Bool = false) async throws -> (Int, JSONValue) {
                let body: JSONValue = [
                    "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet", "metadata": ["name": "web"],
                    "spec": ["replicas": 77], "status": ["replicas": .int(Int64(replicas))],
                ]
                let answer = try await fixture.ask(
                    .patch, "\(setsPath)/web/status?fieldManager=\(manager)&force=\(force)", body.encodedString(),
                    type: "application/apply-patch+yaml")
                return (answer.code, answer.json)
            }
            let (code, json) = try await apply("one", 2)
            #expect(code == 200 && json["status"]?["replicas"] == 2 && json["spec"]?["replicas"] == 3)
            let entry = json["metadata"]?["managedFields"]?.arrayValue?.first { $0["manager"] == "one" }
            #expect(entry?["subresource"] == "status" && entry?["operation"] == "Apply")
            let (conflict, status) = try await apply("two", 4)
            #expect(conflict == 409)
            #expect(status["details"]?["causes"]?.arrayValue?.first?["reason"] == "FieldManagerConflict")
            #expect(try await apply("two", 4, force: true).1["status"]?["replicas"] == 4)
            let missing = try await fixture.ask(
                .patch, "\(setsPath)/none/status?fieldManager=one", #"{"status":{}}"#,
                type: "application/apply-patch+yaml")
            #expect(missing.code == 404)
        }
    }
}
