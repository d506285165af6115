import APIClient
import APIServer
import Ambient
import HTTPTransport
import JSON
import PKI
import ResourceAPI
import Testing

@Suite struct CertificateTests {
    private let path = "/imm/v1/certificates"

    private func make(_ fixture: SecureFixture, _ body: JSONValue) async throws -> (code: Int, json: JSONValue) {
        let answer = try await fixture.answer(fixture.admin(), path, method: .post, body: body)
        return (answer.code, answer.json)
    }

    /// A client that shows what the server has made.
    private func client(_ fixture: SecureFixture, _ made: JSONValue) throws -> HTTPResourceClient {
        let certificate = try #require(made["certificate"]?.stringValue)
        let key = try #require(made["key"]?.stringValue)
        return HTTPResourceClient(
            .url(
                fixture.url,
                tls: TLSOptions(
                    certificateAuthority: .pem(Array(fixture.authority.credential.certificatePEM.utf8)),
                    clientCertificate: .pem(Array(certificate.utf8)), clientKey: .pem(Array(key.utf8)))))
    }

    @Test func `a certificate that was made opens what its user and groups may, and is listed without its key`()
        async throws
    {
        try await SecureFixture.run { fixture in
            try await fixture.bind("view", kind: "Group", name: "ops")
            let made = try await make(fixture, ["user": "ann", "groups": ["ops"], "expiresInSeconds": 600])
            #expect(made.code == 201 && made.json["createdBy"] == "root", "\(made.json.encodedString())")
            #expect(try await fixture.code(client(fixture, made.json), setsPath) == 200)
            let other = try await make(fixture, ["user": "bob"])
            #expect(try await fixture.code(client(fixture, other.json), setsPath) == 403)
            let admin = try await make(fixture, ["user": "eve", "admin": true])
            #expect(try await fixture.code(client(fixture, admin.json), "/api/v1/secrets") == 200)
            let listed = try await fixture.answer(fixture.admin(), path).json
            #expect(listed["certificates"]?.arrayValue?.count == 3)
            #expect(!listed.encodedString().contains("PRIVATE KEY"))
        }
    }

    @Test func `a revoked certificate is refused from the next request on, also on a connection that is open`()
        async throws
    {
        try await SecureFixture.run { fixture in
            let made = try await make(fixture, ["user": "ann", "admin": true])
            let client = try client(fixture, made.json)
            defer { client.shutdown() }
            #expect(try await client.raw(method: .get, path: setsPath).status == 200)
            let serial = try #require(made.json["serial"]?.stringValue)
            let revoked = try await fixture.answer(fixture.admin(), "\(path)/\(serial)/revoke", method: .post)
            #expect(revoked.code == 200 && revoked.json["revokedBy"] == "root")
            let refused = try await client.raw(method: .get, path: setsPath)
            #expect(refused.status == 401)
            #expect(String(decoding: refused.body, as: UTF8.self).contains(#"certificate of \"ann\" was revoked"#))
            // Another one of the same user is another one.
            let again = try await make(fixture, ["user": "ann", "admin": true])
            #expect(try await fixture.code(self.client(fixture, again.json), setsPath) == 200)
        }
    }

    @Test func `a certificate that was made by other means is revoked by its serial number`() async throws {
        try await SecureFixture.run { fixture in
            let credential = try fixture.certificate("root", ["imm:admins"])
            #expect(try await fixture.code(fixture.client(credential), setsPath) == 200)
            let revoked = try await fixture.answer(
                fixture.admin(), "\(path)/\(credential.serial.uppercased())/revoke", method: .post)
            #expect(revoked.code == 200)
            #expect(try await fixture.code(fixture.client(credential), setsPath) == 401)
        }
    }

    @Test func `expired records make room`() async throws {
        let time = MovedTime()
        let surroundings = Surroundings(time: time, randomness: Surroundings.system.randomness)
        try await SecureFixture.run(surroundings: surroundings) { fixture in
            let owner = HTTPResourceClient(.socket(path: "\(fixture.directory)/imm.sock"))
            defer { owner.shutdown() }
            for (user, seconds) in [("ann", 60), ("bob", 600)] {
                _ = try await owner.send(
                    path, ["user": .string(user), "expiresInSeconds": .int(Int64(seconds))])
            }
            time.pass(.seconds(61))
            _ = try await owner.send(path, ["user": "eve"])
            let listed = try JSONValue(parsing: try await owner.send(path))
            let users = (listed["certificates"]?.arrayValue ?? []).compactMap { $0["user"]?.stringValue }
            #expect(Set(users) == ["bob", "eve"])
        }
    }

    static let senseless: [JSONValue] = [
        [:], ["user": ""], ["user": "imm:owner"], ["user": .string(String(repeating: "a", count: 65))],
        ["user": "ann\n"], ["user": "ann", "groups": ["imm:admins"]], ["user": "ann", "groups": ["system:x"]],
        ["user": "ann", "groups": [7]], ["user": "ann", "expiresInSeconds": 0],
        ["user": "ann", "expiresInSeconds": 31_536_001],
        ["user": "ann", "groups": .array((0..<17).map { .string("g\($0)") })],
    ]

    @Test func `senseless requests are refused`() async throws {
        try await SecureFixture.run { fixture in
            for body in CertificateTests.senseless {
                let answer = try await make(fixture, body)
                #expect(answer.code == 400, "\(body.encodedString())")
            }
            for serial in ["x", "0", "xyz", String(repeating: "a", count: 41)] {
                let answer = try await fixture.answer(fixture.admin(), "\(path)/\(serial)/revoke", method: .post)
                #expect(answer.code == 400, "\(serial)")
            }
        }
    }

    @Test func `nobody but an administrator makes, sees or revokes certificates`() async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind("admin")
            #expect(try await fixture.code(fixture.user("alice"), path) == 403)
            let made = try await fixture.answer(fixture.user("alice"), path, method: .post, body: ["user": "x"])
            #expect(made.code == 403)
            #expect(try await fixture.code(fixture.client(nil), path) == 401)
        }
    }
}
