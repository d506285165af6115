import APIClient
import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct OpenAPITests {
    private func document(_ fixture: ServedFixture, _ path: String) async throws -> JSONValue {
        let index = try await fixture.ask(.get, "/openapi/v3").json
        let address = try #require(index["paths"]?[path]?["serverRelativeURL"]?.stringValue, "\(path)")
        let (code, json, headers) = try await fixture.ask(.get, address)
        #expect(code == 200)
        #expect(headers["Cache-Control"] == "public, immutable")
        return json
    }

    @Test func `every served version has a document, and each address in it resolves`() async throws {
        try await ServedFixture.run { fixture in
            let index = try await fixture.ask(.get, "/openapi/v3").json["paths"]?.objectValue ?? JSONObject()
            let versions = Set(ResourceTypes.all.map { ($0.group.isEmpty ? "api/" : "apis/") + $0.apiVersion })
            #expect(versions.isSubset(of: Set(index.keys)))
            for path in index.keys {
                let json = try await document(fixture, path)
                #expect(json["openapi"] == "3.0.0")
                let schemas = try #require(json[path: ["components", "schemas"]]?.objectValue)
                for reference in references(in: json) {
                    let name = try #require(reference.split(separator: "/").last.map(String.init))
                    #expect(schemas[name] != nil, "\(path): \(reference)")
                }
            }
        }
    }

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { member in
                member.key == "$ref"
                    ? [member.value.stringValue].compactMap { $0 } : references(in: member.value)
            }
        case .array(let items): items.flatMap { references(in: $0) }
        default: []
        }
    }

    @Test func `a PATCH tells kubectl which kind it is, and that dry runs and field validation work`() async throws {
        try await ServedFixture.run { fixture in
            let json = try await document(fixture, "apis/imm.dev/v1alpha1")
            let path = "/apis/imm.dev/v1alpha1/namespaces/{namespace}/instancesets/{name}"
            let patch = try #require(json["paths"]?[path]?["patch"])
            #expect(
                patch["x-kubernetes-group-version-kind"]
                    == ["group": "imm.dev", "kind": "InstanceSet", "version": "v1alpha1"])
            let names = patch["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            for name in ["dryRun", "fieldValidation", "fieldManager", "force"] { #expect(names.contains(name)) }
            let scale = json["paths"]?[path + "/scale"]?["patch"]?["x-kubernetes-group-version-kind"]
            #expect(scale == ["group": "autoscaling", "kind": "Scale", "version": "v1"])
        }
    }

    @Test func `explain finds the kind by the path of its resource`() async throws {
        try await ServedFixture.run { fixture in
            let json = try await document(fixture, "api/v1")
            let kind: JSONValue = ["group": "", "kind": "Namespace", "version": "v1"]
            let get = json["paths"]?["/api/v1/namespaces"]?["get"]
            #expect(get?["x-kubernetes-group-version-kind"] == kind)
            let schema = json[path: ["components", "schemas", "io.k8s.api.core.v1.Namespace"]]
            #expect(schema?["x-kubernetes-group-version-kind"] == [kind])
            #expect(schema?["properties"]?["status"]?["properties"]?["phase"]?["enum"] == ["Active", "Terminating"])
        }
    }

    @Test func `Pods are explained while they are shown, and can only be read`() async throws {
        try await ServedFixture.run { fixture in
            let json = try await document(fixture, "api/v1")
            let path = "/api/v1/namespaces/{namespace}/pods/{name}"
            let operations = json["paths"]?[path]?.objectValue?.keys.filter { $0 != "parameters" }
            #expect(operations == ["get"])
            let schema = json[path: ["components", "schemas", "io.k8s.api.core.v1.Pod"]]
            #expect(schema?["x-kubernetes-group-version-kind"] == [["group": "", "kind": "Pod", "version": "v1"]])
            #expect(schema?[path: ["properties", "status", "properties", "phase", "type"]] == "string")
        }
    }

    @Test func `clients keep what has not changed`() async throws {
        try await ServedFixture.run { fixture in
            let (_, _, headers) = try await fixture.ask(.get, "/openapi/v3/api/v1")
            let tag = try #require(headers["ETag"])
            #expect(headers["Cache-Control"] == "no-cache, private")
            let kept = try await fixture.send(
                HTTPRequest(.get, "/openapi/v3/api/v1", headers: ["Accept": "application/json", "If-None-Match": tag]))
            #expect(kept.status == 304 && kept.body.isEmpty)
            let moved = try await fixture.client.raw(method: .get, path: "/openapi/v3/api/v1?hash=old")
            #expect(moved.status == 301 && moved.headers["Location"]?.contains(tag.dropFirst().dropLast()) == true)
            #expect(try await fixture.ask(.get, "/openapi/v3/apis/nothing/v1").code == 404)
            #expect(try await fixture.ask(.get, "/openapi/v2").code == 404)
            #expect(try await fixture.ask(.get, "/openapi/v3", accept: "application/x-thing").code == 406)
        }
    }
}
