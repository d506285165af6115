import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import PKI
import ResourceAPI
import Testing

/// Clients that do what none should. `SecureFixture.run` looks after each of them whether the server still answers.
@Suite struct BadClientTests {
    /// The Status in a response that was read as text.
    private func status(_ response: String) throws -> JSONValue {
        // The line breaks of the head are CRLF, and the body is one line.
        let body = try #require(response.split(separator: "\r\n").last)
        return try JSONValue(parsing: Array(body.utf8))
    }

    @Test func `an expired client certificate gets 401 with the reason`() async throws {
        let time = MovedTime()
        let surroundings = Surroundings(time: time, randomness: Surroundings.system.randomness)
        try await SecureFixture.run(surroundings: surroundings) { fixture in
            let credential = try fixture.certificate("root", ["imm:admins"], validFor: .seconds(600))
            let client = fixture.client(credential)
            defer { client.shutdown() }
            #expect(try await client.raw(method: .get, path: setsPath).status == 200)
            time.pass(.seconds(601))
            // On the connection that is open, and on a new one.
            #expect(try await client.raw(method: .get, path: setsPath).status == 401)
            let answer = try await fixture.answer(fixture.client(credential), setsPath)
            #expect(answer.code == 401 && answer.json["reason"] == "Unauthorized")
            #expect(answer.json["message"]?.stringValue?.contains("of \"root\" has expired at") == true)
            time.pass(.seconds(-601))
        }
    }

    @Test func `a certificate that is expired for the system's clock too gets as far as its 401`() async throws {
        try await SecureFixture.run { fixture in
            let credential = try fixture.certificate("root", ["imm:admins"], validFor: .seconds(-60))
            let answer = try await fixture.answer(fixture.client(credential), setsPath)
            #expect(answer.code == 401)
            #expect(answer.json["message"]?.stringValue?.contains("has expired at") == true)
        }
    }

    @Test func `a certificate of another authority gets 401, and a good token with it works`() async throws {
        try await SecureFixture.run { fixture in
            let other = try CertificateAuthority.make(name: "test", validFor: .seconds(600), .system)
            let forged = try other.issue(
                .client(user: "root", groups: ["imm:admins"]), validFor: .seconds(60), .system)
            let answer = try await fixture.answer(fixture.client(forged), setsPath)
            #expect(answer.code == 401)
            #expect(answer.json["message"]?.stringValue?.contains("not signed by this server's authority") == true)
            let made = try await fixture.answer(
                fixture.admin(), "/imm/v1/tokens", method: .post, body: ["name": "ci", "admin": true])
            let token = made.json["token"]?.stringValue
            #expect(try await fixture.code(fixture.client(forged, token: token), setsPath) == 200)
        }
    }

    @Test func `plain HTTP on the TLS port is told to use https`() async throws {
        try await SecureFixture.run { fixture in
            let connection = try RawTCP(port: #require(fixture.server.listeningPort))
            connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            let response = try await connection.all()
            #expect(response.hasPrefix("HTTP/1.1 400 "))
            let status = try status(response)
            #expect(status["kind"] == "Status" && status["code"] == 400 && status["reason"] == "BadRequest")
            #expect(status["message"]?.stringValue?.contains("use https://") == true)
        }
    }

    @Test func `noise on the TLS port is hung up on`() async throws {
        try await SecureFixture.run { fixture in
            let connection = try RawTCP(port: #require(fixture.server.listeningPort))
            connection.send([22] + [UInt8](repeating: 0xFF, count: 2_000))
            _ = try await connection.all()
        }
    }

    @Test func `a handshake that never comes ends the connection`() async throws {
        var limits = APIServerLimits()
        limits.requestHeadTimeout = .milliseconds(200)
        try await SecureFixture.run(limits: limits) { fixture in
            let connection = try RawTCP(port: #require(fixture.server.listeningPort))
            _ = try await connection.all()
        }
    }

    @Test func `a refused upgrade closes its connection, and what is refused at the door is counted`() async throws {
        try await SecureFixture.run { fixture in
            let transport = HTTPTransport(
                endpoint: .tcp(
                    base: fixture.url,
                    tls: TLSOptions(
                        certificateAuthority: .pem(Array(fixture.authority.credential.certificatePEM.utf8)))))
            defer { transport.shutdown() }
            let path = "/apis/imm.dev/v1alpha1/namespaces/default/instances/web-0/exec?command=sh&stdout=true"
            let answer = try await transport.upgrade(
                HTTPRequest(
                    .get, path,
                    headers: [
                        "Connection": "Upgrade", "Upgrade": "websocket", "Authorization": "Bearer imm1.no.body",
                    ]))
            guard case .refused(let refusal) = answer else {
                Issue.record("switched")
                return
            }
            #expect(refusal.status == 401 && refusal.headers["Connection"] == "close")
            #expect(refusal.headers["WWW-Authenticate"] == "Bearer realm=\"imm\"")
            let client = try fixture.admin()
            defer { client.shutdown() }
            let metrics = String(
                decoding: try await client.raw(method: .get, path: "/metrics", accept: "*/*").body, as: UTF8.self)
            let counted = #"imm_apiserver_requests_total{verb="get",resource="instances.imm.dev/exec",code="401"} 1"#
            #expect(metrics.contains(counted), "\(metrics.split(separator: "\n").filter { $0.contains("401") })")
        }
    }

    @Test func `a body of 10 MB gets 413`() async throws {
        try await SecureFixture.run { fixture in
            let client = try fixture.admin()
            defer { client.shutdown() }
            let body = [UInt8](repeating: UInt8(ascii: " "), count: 10 << 20)
            let response = try await client.raw(method: .post, path: setsPath, body: body)
            let status = try JSONValue(parsing: response.body)
            #expect(response.status == 413 && status["reason"] == "RequestEntityTooLarge")
            #expect(status["message"]?.stringValue?.contains("larger than 3145728 bytes") == true)
        }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")]) func `deep JSON gets 400`(open: String, close: String) async throws
    {
        try await SecureFixture.run { fixture in
            let client = try fixture.admin()
            defer { client.shutdown() }
            for depth in [200, 400_000] {
                let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                let response = try await client.raw(method: .post, path: setsPath, body: Array(text.utf8))
                let status = try JSONValue(parsing: response.body)
                #expect(response.status == 400 && status["reason"] == "BadRequest", "\(depth)")
            }
        }
    }

    @Test func `headers that come a byte at a time end with 408`() async throws {
        var limits = APIServerLimits()
        limits.requestHeadTimeout = .milliseconds(300)
        try await SecureFixture.run(limits: limits) { fixture in
            let connection = try await RawConnection.open(fixture.directory + "/imm.sock")
            defer { connection.close() }
            // On a busy machine the server may have given up before the first byte.
            connection.offer("GET /livez HTTP/1.1\r\nX-Slow: ")
            var response = ""
            try await eventually("the server gives up, though bytes keep coming") {
                connection.offer("a")
                response += String(decoding: connection.received() ?? [], as: UTF8.self)
                return response.contains("\"code\":408")
            }
            #expect(response.hasPrefix("HTTP/1.1 408 "))
            #expect(try status(response)["reason"] == "Timeout")
        }
    }

    @Test func `a body that does not come ends with 408`() async throws {
        var limits = APIServerLimits()
        limits.requestBodyTimeout = .milliseconds(200)
        try await SecureFixture.run(limits: limits) { fixture in
            let connection = try await RawConnection.open(fixture.directory + "/imm.sock")
            defer { connection.close() }
            try connection.send(
                "POST \(setsPath) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )
            var response = ""
            try await eventually("the server gives up") {
                response += String(decoding: connection.received() ?? [], as: UTF8.self)
                return response.contains("\"code\":408")
            }
            #expect(try status(response)["message"]?.stringValue?.contains("the request's body") == true)
        }
    }

    @Test func `an idle connection is left alone after its requests`() async throws {
        var limits = APIServerLimits()
        // Long enough for a request on a busy machine.
        limits.requestHeadTimeout = .milliseconds(1_500)
        limits.requestBodyTimeout = .milliseconds(1_500)
        try await SecureFixture.run(limits: limits) { fixture in
            let connection = try await RawConnection.open(fixture.directory + "/imm.sock")
            defer { connection.close() }
            for _ in 0..<2 {
                try connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                var response = ""
                try await eventually("an answer comes") {
                    response += String(decoding: try #require(connection.received()), as: UTF8.self)
                    return response.hasSuffix("ok")
                }
                try await Task.sleep(for: .milliseconds(2_000))
            }
        }
    }

    @Test func `further connections wait while there are too many`() async throws {
        var limits = APIServerLimits()
        limits.maxConnections = 4
        try await SecureFixture.run(limits: limits) { fixture in
            let port = try #require(fixture.server.listeningPort)
            var held = try (0..<4).map { _ in try RawTCP(port: port) }
            // The socket has a limit of its own: its owner comes in.
            let owner = HTTPResourceClient(.socket(path: "\(fixture.directory)/imm.sock"))
            #expect(try await fixture.code(owner, setsPath) == 200)
            async let waiting = fixture.code(fixture.admin(), setsPath)
            try await Task.sleep(for: .milliseconds(100))
            held.removeAll()
            #expect(try await waiting == 200)
        }
    }

    @Test func `of a thousand conflicting updates one wins, and the others get 409`() async throws {
        try await SecureFixture.run { fixture in
            let client = HTTPResourceClient(
                .socket(path: "\(fixture.directory)/imm.sock"),
                // A full listen queue refuses a unix socket's client at once, so that the requests share connections.
                limits: HTTPLimits(
                    maxConnections: 100, connectTimeout: .seconds(120), requestTimeout: .seconds(120)))
            defer { client.shutdown() }
            let stored = try await client.create(secretBody("contended"), WriteOptions())
            let path = "/api/v1/namespaces/default/secrets/contended"
            let codes = try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        var changed = stored
                        changed["metadata"]?["labels"] = ["number": .string(String(number))]
                        let response = try await client.raw(method: .put, path: path, body: changed.encoded())
                        return (response.status, try JSONValue(parsing: response.body))
                    }
                }
                var codes: [Int: Int] = [:]
                for try await (code, body) in group {
                    codes[code, default: 0] += 1
                    if code == 409 { #expect(body["reason"] == "Conflict" && body["kind"] == "Status") }
                }
                return codes
            }
            #expect(codes == [200: 1, 409: 999])
        }
    }
}
