import APIClient
import APIServer
import Ambient
import HTTPTransport
import JSON
import PKI
import ResourceAPI
import ServiceLifecycle
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct TLSListenerTests {
    @Test func `an administrator's certificate opens everything`() async throws {
        try await SecureFixture.run { fixture in
            let client = try fixture.admin()
            defer { client.shutdown() }
            let created = try await client.create(secretBody("a"), WriteOptions())
            #expect(created["metadata"]?["name"] == "a")
            #expect(try await client.raw(method: .get, path: "/api/v1/secrets").status == 200)
        }
    }

    @Test func `the socket serves its owner besides`() async throws {
        try await SecureFixture.run { fixture in
            let owner = HTTPResourceClient(.socket(path: "\(fixture.directory)/imm.sock"))
            let code = try await fixture.code(owner, "/api/v1/secrets")
            #expect(code == 200)
        }
    }

    @Test func `who shows nothing gets health and version, and 401 for all else`() async throws {
        try await SecureFixture.run { fixture in
            for path in ["/livez", "/readyz", "/healthz", "/version", "/version/"] {
                #expect(try await fixture.code(fixture.client(nil), path) == 200, "\(path)")
            }
            for path in ["/", "/api", "/apis", "/api/v1", setsPath, "/nowhere"] {
                let answer = try await fixture.answer(fixture.client(nil), path)
                #expect(answer.code == 401 && answer.json["reason"] == "Unauthorized", "\(path)")
                #expect(answer.json["kind"] == "Status" && answer.json["status"] == "Failure")
                #expect(answer.headers["WWW-Authenticate"] == "Bearer realm=\"imm\"")
            }
        }
    }

    @Test func `a certificate without a role is known and may nothing`() async throws {
        try await SecureFixture.run { fixture in
            let answer = try await fixture.answer(fixture.user("alice"), setsPath)
            #expect(answer.code == 403 && answer.json["reason"] == "Forbidden")
            #expect(
                answer.json["message"]?.stringValue
                    == #"instancesets.imm.dev is forbidden: User "alice" cannot list resource "instancesets" in API "#
                    + #"group "imm.dev" in the namespace "default""#)
            #expect(answer.json["details"]?["kind"] == "instancesets" && answer.json["details"]?["group"] == "imm.dev")
        }
    }

    @Test func `a client verifies the server by its authority`() async throws {
        try await SecureFixture.run { fixture in
            let other = try CertificateAuthority.make(name: "test", validFor: .seconds(600), .system)
            let stranger = HTTPResourceClient(
                .url(
                    fixture.url,
                    tls: TLSOptions(certificateAuthority: .pem(Array(other.credential.certificatePEM.utf8)))))
            let refused = try await failure { _ = try await fixture.code(stranger, "/livez") }
            #expect(refused.reason == .unreachable && refused.message.contains("certificate is not trusted"))
            let trusting = HTTPResourceClient(.url(fixture.url, tls: TLSOptions(verifiesServer: false)))
            let code = try await fixture.code(trusting, "/livez")
            #expect(code == 200, "only where a person has written so")
        }
    }

    @Test func `an address that is taken is told with what to do, and the socket goes too`() async throws {
        try await SecureFixture.run { fixture in
            let port = try #require(fixture.server.listeningPort)
            let credential = try fixture.authority.issue(.server(names: ["localhost"]), validFor: .seconds(60), .system)
            let path = fixture.directory + "/second.sock"
            let second = APIService(
                APIServerConfiguration(
                    socketPath: path,
                    tls: TLSListener(
                        address: ListenAddress(host: "127.0.0.1", port: port), authority: fixture.authority,
                        credential: { () throws(PKIError) in credential }), immVersion: "0.0.1"),
                client: fixture.local, surroundings: .system, logger: .silent)
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.message.contains("127.0.0.1:\(port): Address already in use") == true)
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:7443", "127.0.0.1", 7443), ("[::1]:0", "::1", 0), ("imm.example:80", "imm.example", 80),
    ]) func `addresses are read`(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.host == host && address.port == port && address.description == text)
    }

    @Test(arguments: ["", "7443", ":7443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:80", "[]:80"])
    func `what is no address with a port is refused`(text: String) {
        #expect(throws: ListenError.self) { _ = try ListenAddress(parsing: text) }
    }
}
