import APIClient
import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// What kubectl sends in protobuf without an alternative.
@Suite struct ProtobufRequestTests {
    private static let type = "application/vnd.kubernetes.protobuf"

    /// Namespace `demo`, as kubectl sends it.
    private static let namespace: [UInt8] =
        [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x0F, 0x0A, 0x02] + Array("v1".utf8) + [0x12, 0x09] + Array("Namespace".utf8)
        + [0x12, 0x0A, 0x0A, 0x06, 0x0A, 0x04] + Array("demo".utf8) + [0x12, 0x00, 0x1A, 0x00, 0x22, 0x00]

    private func post(_ path: String, _ body: [UInt8], _ fixture: ServedFixture) async throws -> (Int, JSONValue) {
        let response = try await fixture.client.raw(
            method: .post, path: path, body: body, contentType: ProtobufRequestTests.type,
            accept: "application/vnd.kubernetes.protobuf,application/json")
        return (response.status, try JSONValue(parsing: response.body))
    }

    @Test func `a Namespace in protobuf is made, and answered in JSON`() async throws {
        try await ServedFixture.run { fixture in
            let (code, json) = try await post(
                "/api/v1/namespaces?fieldManager=kubectl-create", ProtobufRequestTests.namespace, fixture)
            #expect(code == 201 && json["kind"] == "Namespace" && json["metadata"]?["name"] == "demo")
            #expect(json["status"]?["phase"] == "Active")
        }
    }

    @Test func `DeleteOptions in protobuf are read`() async throws {
        let options: [UInt8] =
            [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x13, 0x0A, 0x02] + Array("v1".utf8) + [0x12, 0x0D]
            + Array("DeleteOptions".utf8) + [0x12, 0x0A, 0x08, 0x1E, 0x12, 0x06, 0x0A, 0x04] + Array("none".utf8)
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            let response = try await fixture.client.raw(
                method: .delete, path: "\(setsPath)/web", body: options, contentType: ProtobufRequestTests.type)
            #expect(response.status == 409, "the precondition names another uid")
        }
    }

    @Test func `our own kinds have no protobuf form, and broken bodies are told apart`() async throws {
        try await ServedFixture.run { fixture in
            let ours = try await post(setsPath, ProtobufRequestTests.namespace, fixture)
            #expect(ours.0 == 415 && ours.1["message"]?.stringValue?.contains("application/json") == true)
            let broken = try await post("/api/v1/namespaces", ProtobufRequestTests.namespace.dropLast(9), fixture)
            #expect(broken.0 == 400 && broken.1["reason"] == "BadRequest")
            let pod: [UInt8] = [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x05, 0x12, 0x03] + Array("Pod".utf8)
            #expect(try await post("/api/v1/namespaces", pod, fixture).0 == 415)
            let other = try await post("/api/v1/namespaces/default/secrets", ProtobufRequestTests.namespace, fixture)
            #expect(other.0 == 400, "the body is of another kind than the path")
        }
    }
}

extension ProtobufRequestTests {
    private func post(
        _ path: String, _ body: ArraySlice<UInt8>, _ fixture: ServedFixture
    ) async throws -> (Int, JSONValue) {
        try await post(path, Array(body), fixture)
    }
}
