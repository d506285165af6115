import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct StrategicMergeTests {
    private func merged(_ target: String, _ patch: String) throws -> JSONValue {
        try StrategicMergePatch(json: JSONValue(parsing: patch)).applied(
            to: JSONValue(parsing: target), Namespace.resourceType.schema)
    }

    @Test(arguments: [
        (
            #"{"metadata":{"labels":{"a":"1","b":"2"}}}"#, #"{"metadata":{"labels":{"a":null,"c":"3"}}}"#,
            #"{"metadata":{"labels":{"b":"2","c":"3"}}}"#
        ),
        // A set grows, and loses what a directive names.
        (
            #"{"metadata":{"finalizers":["a/x","a/y"]}}"#, #"{"metadata":{"finalizers":["a/z","a/x"]}}"#,
            #"{"metadata":{"finalizers":["a/x","a/y","a/z"]}}"#
        ),
        (
            #"{"metadata":{"finalizers":["a/x","a/y"]}}"#,
            #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/x"]}}"#, #"{"metadata":{"finalizers":["a/y"]}}"#
        ),
        // A map merges by its key.
        (
            #"{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"type":"B","status":"False"},{"type":"C","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"False"},"#
                + #"{"type":"C","status":"True"}]}}"#
        ),
        (
            #"{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"type":"A","$patch":"delete"}]}}"#,
            #"{"status":{"conditions":[{"type":"B","status":"True"}]}}"#
        ),
        (
            #"{"status":{"conditions":[{"type":"A","status":"True"}]}}"#,
            #"{"status":{"conditions":[{"type":"B","status":"True"},{"$patch":"replace"}]}}"#,
            #"{"status":{"conditions":[{"type":"B","status":"True"}]}}"#
        ),
        (
            #"{"status":{"conditions":[{"type":"A"},{"type":"B"},{"type":"C"}]}}"#,
            #"{"status":{"$setElementOrder/conditions":[{"type":"C"},{"type":"A"}]}}"#,
            #"{"status":{"conditions":[{"type":"B"},{"type":"C"},{"type":"A"}]}}"#
        ),
        // Without a schema a list is taken as a whole.
        (#"{"spec":{"finalizers":["a"]}}"#, #"{"spec":{"finalizers":["b"]}}"#, #"{"spec":{"finalizers":["b"]}}"#),
        (#"{"spec":{"a":1,"b":2}}"#, #"{"spec":{"$patch":"replace","c":3}}"#, #"{"spec":{"c":3}}"#),
        (#"{"spec":{"a":1,"b":2}}"#, #"{"spec":{"$retainKeys":["b","c"],"c":3}}"#, #"{"spec":{"b":2,"c":3}}"#),
        (#"{}"#, #"{"spec":{"a":{"b":null,"c":1}}}"#, #"{"spec":{"a":{"c":1}}}"#),
    ])
    func `lists merge by their schema, and directives are followed`(
        _ target: String, _ patch: String, _ expected: String
    ) throws {
        #expect(try merged(target, patch) == JSONValue(parsing: expected))
    }

    @Test(arguments: [
        #"{"spec":{"$patch":"explode"}}"#, #"{"status":{"conditions":[{"status":"True"}]}}"#,
        #"{"spec":{"$retainKeys":1}}"#,
    ])
    func `what cannot be followed is 400`(_ patch: String) throws {
        let status = try #require(throws: APIStatus.self) { try merged("{}", patch) }
        #expect(status.code == 400)
    }

    @Test func `a patch that copies itself up is stopped`() throws {
        let text =
            "[{\"op\":\"add\",\"path\":\"/a\",\"value\":[\"\(String(repeating: "x", count: 1000))\"]}"
            + String(repeating: #",{"op":"copy","from":"/a","path":"/a/-"}"#, count: 40) + "]"
        let patch = try JSONPatch(json: JSONValue(parsing: text))
        let status = try #require(throws: APIStatus.self) { try patch.applied(to: [:]) }
        #expect(status.code == 422 && status.message.contains("copies"))
        let deeper = JSONValue.array(Array(repeating: ["op": "copy", "from": "", "path": "/a"], count: 200))
        let deep = try #require(throws: APIStatus.self) { try JSONPatch(json: deeper).applied(to: [:]) }
        #expect(deep.code == 422 && deep.message.contains("128"))
        let many = JSONValue.array(Array(repeating: ["op": "remove", "path": "/a"], count: 10_001))
        #expect(try #require(throws: APIStatus.self) { try JSONPatch(json: many) }.code == 413)
    }
}
