import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct PodsViewTests {
    private static let pods = "/api/v1/namespaces/default/pods"

    private func setStatus(_ name: String, _ status: JSONValue, _ server: ServedFixture) async throws {
        _ = try await server.local.mergePatch(
            ObjectReference(Instance.resourceType, namespace: "default", name: name), ["status": status], .status,
            WriteOptions(fieldManager: "test", fieldValidation: .ignore))
    }

    struct Stage: Sendable, CustomTestStringConvertible {
        let status: JSONValue
        let phase: String
        let row: [JSONValue]
        var testDescription: String { row.map { $0.encodedString() }.joined(separator: " ") }
    }

    static let stages = [
        Stage(status: ["phase": "Pending"], phase: "Pending", row: ["0/1", "ContainerCreating", 0]),
        Stage(
            status: ["phase": "Running", "startedAt": "2026-01-01T00:00:00.000000Z"], phase: "Running",
            row: ["0/1", "Running", 0]),
        Stage(
            status: [
                "phase": "Available", "startedAt": "2026-01-01T00:00:00.000000Z",
                "readySince": "2026-01-01T00:00:01.000000Z",
            ], phase: "Running", row: ["1/1", "Running", 0]),
        Stage(
            status: [
                "phase": "Failed", "exitCode": 3, "finishedAt": "2026-01-01T00:00:02.000000Z", "reason": "Died",
            ], phase: "Failed", row: ["0/1", "Died", 0]),
        Stage(
            status: ["phase": "Failed", "exitCode": 0, "finishedAt": "2026-01-01T00:00:02.000000Z"],
            phase: "Succeeded", row: ["0/1", "Completed", 0]),
    ]

    @Test(arguments: stages) func `an Instance's state shows as a Pod's`(stage: Stage) async throws {
        try await ServedFixture.run { server in
            try await server.createInstance("web-0")
            try await setStatus("web-0", stage.status, server)
            let pod = try await server.ask(.get, PodsViewTests.pods + "/web-0").json
            #expect(pod["kind"] == "Pod" && pod["apiVersion"] == "v1" && pod["printed"] == nil)
            #expect(pod["status"]?["phase"]?.stringValue == stage.phase)
            #expect(pod["spec"]?["nodeName"] == "docker")
            let table = try await server.ask(
                .get, PodsViewTests.pods, accept: "application/json;as=Table;v=v1;g=meta.k8s.io"
            ).json
            let cells = table["rows"]?.arrayValue?.first?["cells"]?.arrayValue
            #expect(cells.map { Array($0[1...3]) } == stage.row, "\(table.encodedString())")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "", "immctl apply"), (.delete, "/web-0", "immctl rollout restart"),
        (.patch, "/web-0", "immctl edit"), (.put, "/web-0", "immctl edit"), (.delete, "", "immctl rollout restart"),
        (.get, "/web-0/portforward", "immctl logs"), (.post, "/web-0/eviction", "immctl rollout restart"),
    ])
    func `what would change a Pod is refused with the command that helps`(
        method: HTTPRequest.Method, path: String, command: String
    ) async throws {
        try await ServedFixture.run { server in
            try await server.createInstance("web-0")
            let answer = try await server.ask(method, PodsViewTests.pods + path, "{}")
            #expect(answer.code == 405)
            #expect(answer.json["message"]?.stringValue?.contains(command) == true, "\(answer.json.encodedString())")
        }
    }

    @Test func `a Pod that is not there is not found as a Pod`() async throws {
        try await ServedFixture.run { server in
            let answer = try await server.ask(.get, PodsViewTests.pods + "/web-0")
            #expect(answer.code == 404)
            #expect(answer.json["message"] == "pods \"web-0\" not found")
        }
    }

    @Test func `field selectors look at the Pod`() async throws {
        try await ServedFixture.run { server in
            try await server.createInstance("web-0")
            try await server.createInstance("web-1")
            try await setStatus("web-1", ["phase": "Running"], server)
            func names(_ selector: String) async throws -> [String] {
                let list = try await server.ask(.get, PodsViewTests.pods + "?fieldSelector=" + selector).json
                return list["items"]?.arrayValue?.compactMap { $0["metadata"]?["name"]?.stringValue } ?? []
            }
            #expect(try await names("status.phase=Running") == ["web-1"])
            #expect(try await names("status.phase!=Running,spec.nodeName=docker") == ["web-0"])
            #expect(try await names("metadata.name=web-0") == ["web-0"])
            #expect(try await server.ask(.get, PodsViewTests.pods + "?fieldSelector=spec.nothing=1").code == 400)
        }
    }
}
