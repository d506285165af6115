import Glibc
import HTTPTransport
import Synchronization
import Testing

/// Each failure has its own code, and says whether the request can have reached the server.
struct FailureTests {
    private func failure(
        _ endpoint: HTTPEndpoint, _ request: HTTPRequest, limits: HTTPLimits = HTTPLimits()
    ) async -> HTTPError? {
        let transport = HTTPTransport(endpoint: endpoint, limits: limits)
        defer { transport.shutdown() }
        return await #expect(throws: HTTPError.self) { _ = try await transport.send(request) }
    }

    /// The failure of a request to a server that does `act` with each connection once it read a request.
    private func failure(
        _ request: HTTPRequest, limits: HTTPLimits = HTTPLimits(), act: @escaping @Sendable (StubConnection) -> Void
    ) async throws -> HTTPError? {
        let path = socketPath()
        let server = try StubServer(unix: path) { connection in
            if connection.readRequest() != nil { act(connection) }
        }
        defer { server.stop() }
        return await failure(.unix(path: path), request, limits: limits)
    }

    @Test func `a missing socket is told by its path, and nothing was sent`() async {
        let error = await failure(.unix(path: "/tmp/imm-no-such.sock"), HTTPRequest(.post, "/x?secret=1"))
        #expect(error?.code == .socketMissing)
        #expect(error?.mayHaveReachedServer == false)
        #expect(
            error?.message
                == "POST /x on unix:///tmp/imm-no-such.sock: the socket does not exist; start the server or correct the path"
        )
    }

    @Test func `a refused connection is told apart`() async throws {
        let server = try StubServer { _ in }
        server.stop()
        let error = await failure(.tcp(base: "http://127.0.0.1:\(server.port)"), HTTPRequest(.post, "/"))
        #expect(error?.code == .connectionRefused)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test func `a socket that nobody listens on any more is refused, not missing`() async throws {
        let path = socketPath()
        let server = try StubServer(unix: path, leavesSocket: true) { _ in }
        server.stop()
        defer { unlink(path) }
        let error = await failure(.unix(path: path), HTTPRequest(.post, "/"))
        #expect(error?.code == .connectionRefused)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test func `a host without an address is told apart`() async {
        let error = await failure(.tcp(base: "http://no-such-host.invalid"), HTTPRequest(.get, "/"))
        #expect(error?.code == .hostNotFound)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test(arguments: [HTTPRequest.Method.get, .post, .delete])
    func `a connection closed after the request leaves the outcome unknown`(method: HTTPRequest.Method) async throws {
        let error = try await failure(HTTPRequest(method, "/")) { _ in }
        #expect(error?.code == .sentButUnanswered)
        #expect(error?.mayHaveReachedServer == true)
    }

    @Test func `a response that breaks off is told apart`() async throws {
        let error = try await failure(HTTPRequest(.post, "/")) {
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        #expect(error?.code == .responseCutShort)
        #expect(error?.mayHaveReachedServer == true)
    }

    @Test func `an answer that is not HTTP is told apart`() async throws {
        let error = try await failure(HTTPRequest(.get, "/")) { $0.write("SSH-2.0-OpenSSH\r\n\r\n") }
        #expect(error?.code == .protocolError)
    }

    @Test func `no answer in time leaves the outcome unknown`() async throws {
        let error = try await failure(HTTPRequest(.post, "/", timeout: .milliseconds(50))) { $0.waitForClose() }
        #expect(error?.code == .timedOut)
        #expect(error?.mayHaveReachedServer == true)
    }

    @Test func `a body beyond the limit is refused, with or without a length`() async throws {
        let limits = HTTPLimits(maxResponseBytes: 1000)
        let body = String(repeating: "x", count: 1001)
        let sized = try await failure(HTTPRequest(.get, "/"), limits: limits) { $0.respond(body: body) }
        #expect(sized?.code == .tooLarge)
        let endless = try await failure(HTTPRequest(.get, "/"), limits: limits) {
            $0.write("HTTP/1.1 200 OK\r\n\r\n")
            while $0.write(body) {}
        }
        #expect(endless?.code == .tooLarge)
    }

    @Test func `endless headers are refused`() async throws {
        let error = try await failure(HTTPRequest(.get, "/"), limits: HTTPLimits(maxHeadBytes: 4096)) {
            $0.write("HTTP/1.1 200 OK\r\n")
            while $0.write("X-More: \(String(repeating: "x", count: 100))\r\n") {}
        }
        #expect(error?.code == .tooLarge)
    }

    @Test(arguments: [
        HTTPRequest(.get, "no-slash"), HTTPRequest(.get, "/a b"), HTTPRequest(.get, "/a\r\nX: y"),
        HTTPRequest(.get, "/", headers: ["X": "a\r\nY: b"]), HTTPRequest(.get, "/", headers: ["X Y": "a"]),
        HTTPRequest(.put, "/", body: [UInt8](repeating: 0, count: 11)),
    ])
    func `a request that could be read as another is not sent`(request: HTTPRequest) async {
        let error = await failure(
            .unix(path: "/tmp/imm-no-such.sock"), request, limits: HTTPLimits(maxRequestBytes: 10))
        #expect(error?.code == .invalidRequest)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test(arguments: [
        HTTPEndpoint.unix(path: String(repeating: "x", count: 108)), .unix(path: ""), .tcp(base: "ftp://h"),
    ])
    func `an unusable address is refused`(endpoint: HTTPEndpoint) async {
        #expect(await failure(endpoint, HTTPRequest(.get, "/"))?.code == .invalidRequest)
    }

    @Test(arguments: [(HTTPRequest.Method.get, 2, true), (.post, 1, false)])
    func `only a request that may be repeated is sent again when a kept connection dies`(
        method: HTTPRequest.Method, sent: Int, isAnswered: Bool
    ) async throws {
        let path = socketPath()
        let received = Mutex(0)
        let connections = Mutex(0)
        let server = try StubServer(unix: path) { connection in
            let isFirst = connections.withLock { count in
                count += 1
                return count == 1
            }
            while let request = connection.readRequest() {
                if request.line.hasSuffix("/warm HTTP/1.1") {
                    connection.respond()
                    continue
                }
                received.withLock { $0 += 1 }
                if isFirst { return }  // Takes the request and dies.
                connection.respond()
            }
        }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        defer { transport.shutdown() }
        _ = try await transport.send(HTTPRequest(.get, "/warm"))
        do throws(HTTPError) {
            _ = try await transport.send(HTTPRequest(method, "/x"))
            #expect(isAnswered)
        } catch {
            #expect(!isAnswered)
            #expect(error.code == .sentButUnanswered)
            #expect(error.mayHaveReachedServer)
        }
        #expect(received.withLock { $0 } == sent)
    }
}
