import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct PatchTests {
    /// The examples of RFC 7386, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#), ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `merge patches follow the RFC`(_ target: String, _ patch: String, _ expected: String) throws {
        #expect(try json(target).mergePatched(with: json(patch)) == json(expected))
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
        (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
        (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
        (#"{"a":1,"b":2}"#, #"[{"op":"remove","path":"/b"}]"#, #"{"a":1}"#),
        (#"{"a":[1,2,3]}"#, #"[{"op":"remove","path":"/a/1"}]"#, #"{"a":[1,3]}"#),
        (#"{"a":{"b":1}}"#, #"[{"op":"replace","path":"/a/b","value":null}]"#, #"{"a":{"b":null}}"#),
        (#"{"a":[1,2]}"#, #"[{"op":"replace","path":"/a/0","value":9}]"#, #"{"a":[9,2]}"#),
        (#"{"a":{"x":1},"b":{}}"#, #"[{"op":"move","from":"/a/x","path":"/b/y"}]"#, #"{"a":{},"b":{"y":1}}"#),
        (#"{"a":{"x":1}}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":{"x":1},"b":{"x":1}}"#),
        (
            #"{"a/b":1,"m~n":2}"#, #"[{"op":"test","path":"/a~1b","value":1},{"op":"remove","path":"/m~0n"}]"#,
            #"{"a/b":1}"#
        ),
        (#"{"a":1}"#, #"[{"op":"replace","path":"","value":{"b":2}}]"#, #"{"b":2}"#),
    ])
    func `JSON patches follow the RFC`(_ target: String, _ patch: String, _ expected: String) throws {
        #expect(try JSONPatch(json: json(patch)).applied(to: json(target)) == json(expected))
    }

    @Test(arguments: [
        #"[{"op":"remove","path":"/x"}]"#, #"[{"op":"replace","path":"/x","value":1}]"#,
        #"[{"op":"add","path":"/x/y","value":1}]"#, #"[{"op":"add","path":"/a/5","value":1}]"#,
        #"[{"op":"add","path":"/a/01","value":1}]"#, #"[{"op":"test","path":"/a","value":[]}]"#,
        #"[{"op":"move","from":"/x","path":"/y"}]"#,
    ])
    func `a JSON patch that cannot be applied is 422`(_ patch: String) throws {
        let parsed = try JSONPatch(json: json(patch))
        let target = try json(#"{"a":[1]}"#)
        let status = try #require(throws: APIStatus.self) { try parsed.applied(to: target) }
        #expect(status.code == 422 && status.message.contains("the JSON patch cannot be applied at"))
    }

    @Test(arguments: [
        "{}", #"[{"op":"add","path":"/a"}]"#, #"[{"op":"jump","path":"/a"}]"#, #"[{"op":"remove","path":"a"}]"#,
    ])
    func `what is no JSON patch is 400`(_ patch: String) throws {
        let value = try json(patch)
        #expect(try #require(throws: APIStatus.self) { try JSONPatch(json: value) }.code == 400)
    }

    @Test func `a JSON patch can take over managedFields, as kubectl does`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet("web", WriteOptions(fieldManager: "kubectl-client-side-apply"))
        let version = try #require(made["metadata"]?["resourceVersion"])
        var entry = try #require(made["metadata"]?["managedFields"]?.arrayValue?.first)
        entry["operation"] = "Apply"
        entry["manager"] = "kubectl"
        let operations: JSONValue = [
            ["op": "replace", "path": "/metadata/managedFields", "value": [entry]],
            ["op": "replace", "path": "/metadata/resourceVersion", "value": version],
        ]
        let patch = try JSONPatch(json: operations)
        let moved = try await fixture.client.jsonPatch(fixture.set(), patch, nil, WriteOptions(fieldManager: "kubectl"))
        #expect(moved["metadata"]?["managedFields"] == [entry])
        let stale = try await failure {
            _ = try await fixture.client.jsonPatch(fixture.set(), patch, nil, WriteOptions(fieldManager: "kubectl"))
        }
        #expect(stale.isConflict)
        let scale = try JSONPatch(json: [["op": "replace", "path": "/spec/replicas", "value": 4]])
        let scaled = try await fixture.client.jsonPatch(fixture.set(), scale, .scale, WriteOptions())
        #expect(scaled["spec"]?["replicas"] == 4)
    }
}
