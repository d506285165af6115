import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// A command that writes back what it reads, and exits with the number that it was given.
private final class Echo: ExecSession {
    private let code: Int
    private let pipe: AsyncStream<ExecOutput>
    private let input: AsyncStream<ExecOutput>.Continuation
    let wasCancelled = Guarded(false)
    let size = Guarded<[Int]>([])

    init(code: Int) {
        self.code = code
        (pipe, input) = AsyncStream.makeStream(of: ExecOutput.self)
    }

    func next() async throws(APIStatus) -> ExecOutput? {
        var iterator = pipe.makeAsyncIterator()
        return await iterator.next(isolation: nil)
    }

    func write(_ bytes: [UInt8]) async throws(APIStatus) { input.yield(.stdout(bytes)) }
    func closeInput() { input.finish() }
    func resize(columns: Int, rows: Int) async throws(APIStatus) { size.withLock { $0 = [columns, rows] } }
    func exitCode() async throws(APIStatus) -> Int { code }
    func cancel() {
        wasCancelled.withLock { $0 = true }
        input.finish()
    }
}

@Suite struct ExecTests {
    private static let path = "/apis/imm.dev/v1alpha1/namespaces/default/instances/web-0/exec"
    private static let query = "?command=cat&stdin=true&stdout=true"

    private func upgrade(
        _ transport: HTTPTransport, _ path: String = path + query, offers: String = "v5.channel.k8s.io",
        key: String? = nil
    ) async throws -> HTTPUpgradeAnswer {
        try await transport.upgrade(
            HTTPRequest(
                .get, path,
                headers: [
                    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": key ?? "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": offers,
                ]))
    }

    private func withServer(
        code: Int = 0, limits: APIServerLimits = APIServerLimits(),
        _ body: @Sendable (ServedFixture, HTTPTransport, Echo) async throws -> Void
    ) async throws {
        let echo = Echo(code: code)
        let endpoints = DaemonEndpoints(exec: { (_, _) throws(APIStatus) in echo })
        try await ServedFixture.run(limits: limits, endpoints: endpoints) { server in
            try await server.createInstance("web-0")
            let transport = HTTPTransport(endpoint: .unix(path: server.socketPath))
            defer { transport.shutdown() }
            try await body(server, transport, echo)
        }
    }

    /// A client's frame; the mask is part of the protocol, not of secrecy.
    private func frame(_ payload: [UInt8], opcode: UInt8 = 2) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        return [0x80 | opcode, 0x80 | UInt8(payload.count)] + mask
            + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    private func rest(_ connection: UpgradedConnection) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try? await connection.read() { bytes += chunk }
        return bytes
    }

    @Test(arguments: [0, 3]) func `streams go over the websocket, and the exit code comes last`(code: Int) async throws
    {
        try await withServer(code: code) { server, transport, echo in
            guard case .switched(let connection) = try await upgrade(transport) else {
                Issue.record("not switched")
                return
            }
            try await connection.write(frame([4] + Array(#"{"Width":80,"Height":24}"#.utf8)))
            try await connection.write(frame([0] + Array("hello".utf8)))
            try await connection.write(frame([255, 0]))
            let said = String(decoding: try await rest(connection), as: UTF8.self)
            #expect(said.contains("\u{1}hello"))
            #expect(
                said.contains(code == 0 ? #""status":"Success""# : #""message":"3","reason":"ExitCode""#), "\(said)")
            #expect(echo.size.withLock { $0 } == [80, 24])
            try await eventually("its place is free again") { server.server.openStreamCount == 0 }
        }
    }

    @Test func `a client that goes ends the session`() async throws {
        try await withServer { server, transport, echo in
            guard case .switched(let connection) = try await upgrade(transport) else {
                Issue.record("not switched")
                return
            }
            connection.cancel()
            try await eventually("the session is cancelled") { echo.wasCancelled.withLock { $0 } }
            try await eventually("its place is free again") { server.server.openStreamCount == 0 }
        }
    }

    @Test func `a frame that breaks the protocol closes the websocket with its code`() async throws {
        try await withServer { _, transport, _ in
            guard case .switched(let connection) = try await upgrade(transport) else {
                Issue.record("not switched")
                return
            }
            // Not masked.
            try await connection.write([0x82, 0x01, 0x00])
            let said = try await rest(connection)
            #expect(said.suffix(4) == [0x88, 0x02, 0x03, 0xEA], "\(said)")
        }
    }

    @Test(
        arguments: [
            (query, "v1.other", "Sec-WebSocket-Protocol", nil), ("?stdin=true", "v5.channel.k8s.io", "command", nil),
            ("?command=cat", "v5.channel.k8s.io", "stdin, stdout and stderr", nil),
            (query, "v5.channel.k8s.io", "Sec-WebSocket-Key", "short"),
        ] as [(String, String, String, String?)])
    func `a handshake that cannot be granted is told why`(
        query: String, offers: String, word: String, key: String?
    ) async throws {
        try await withServer { _, transport, _ in
            guard
                case .refused(let answer) = try await upgrade(
                    transport, ExecTests.path + query, offers: offers, key: key)
            else {
                Issue.record("switched")
                return
            }
            #expect(answer.status == 400)
            #expect(String(decoding: answer.body, as: UTF8.self).contains(word))
        }
    }

    @Test func `sessions have a limit of their own, and a place is free again when one ends`() async throws {
        var limits = APIServerLimits()
        limits.maxExecSessions = 1
        try await withServer(limits: limits) { _, transport, _ in
            guard case .switched(let first) = try await upgrade(transport) else {
                Issue.record("not switched")
                return
            }
            guard case .refused(let answer) = try await upgrade(transport) else {
                Issue.record("switched")
                return
            }
            #expect(answer.status == 429 && answer.headers["Retry-After"] == "5")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("maxExecSessions"))
            first.cancel()
            try await eventually("there is a place again") {
                if case .switched(let next) = try await upgrade(transport) {
                    next.cancel()
                    return true
                }
                return false
            }
        }
    }

    @Test func `without a websocket exec says what to do`() async throws {
        try await withServer { server, _, _ in
            let answer = try await server.ask(.post, ExecTests.path + ExecTests.query)
            #expect(answer.code == 400)
            #expect(
                answer.json["message"]?.stringValue?.contains("KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true") == true)
        }
    }

    @Test func `a connection whose upgrade was refused is closed, since nothing more is read from it`() async throws {
        try await withServer { server, _, _ in
            let raw = try await RawConnection.open(server.socketPath)
            try raw.send(
                "GET \(ExecTests.path)\(ExecTests.query) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n\r\n")
            var said = ""
            try await eventually("the refusal comes") {
                said += String(decoding: raw.received() ?? [], as: UTF8.self)
                return said.contains("Sec-WebSocket-Version must be 13")
            }
            #expect(said.hasPrefix("HTTP/1.1 400"))
            #expect(said.lowercased().contains("connection: close"))
            try await eventually("the server closes it") { raw.received() == nil }
        }
    }
}
