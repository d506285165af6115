import HTTPTransport
import Testing

struct RequestTests {
    /// Runs `body` against a server that answers each request of a connection with `respond`.
    private func withServer(
        unix: Bool = true, limits: HTTPLimits = HTTPLimits(),
        respond: @escaping @Sendable (StubConnection, StubServer.Request) -> Void,
        _ body: (HTTPTransport, StubServer) async throws -> Void
    ) async throws {
        let path = socketPath()
        let server = try StubServer(unix: unix ? path : nil) { connection in
            while let request = connection.readRequest() { respond(connection, request) }
        }
        defer { server.stop() }
        let endpoint: HTTPEndpoint = unix ? .unix(path: path) : .tcp(base: "http://127.0.0.1:\(server.port)")
        let transport = HTTPTransport(endpoint: endpoint, limits: limits)
        defer { transport.shutdown() }
        try await body(transport, server)
    }

    @Test(arguments: [true, false])
    func `a request carries its method, path, headers and body, and the response comes back`(unix: Bool) async throws {
        try await withServer(unix: unix) { connection, request in
            let seen = [request.line, request.header("X-Token") ?? "", request.header("Host") ?? ""]
            connection.respond(
                "201 Created", headers: "X-Reply: yes\r\n",
                body: (seen + [String(decoding: request.body, as: UTF8.self)]).joined(separator: "|"))
        } _: { transport, _ in
            let response = try await transport.send(
                HTTPRequest(.post, "/a/b?c=d", headers: ["Host": "docker", "X-Token": "t"], body: Array("hello".utf8)))
            #expect(response.status == 201)
            #expect(response.headers["x-reply"] == "yes")
            #expect(String(decoding: response.body, as: UTF8.self) == "POST /a/b?c=d HTTP/1.1|t|docker|hello")
        }
    }

    @Test func `no header is added that was not asked for`() async throws {
        try await withServer { connection, request in
            connection.respond(body: request.headers.map { $0.lowercased() }.sorted().joined(separator: "|"))
        } _: { transport, _ in
            let response = try await transport.send(HTTPRequest(.post, "/", headers: ["Accept": "x/y"], body: [1]))
            #expect(
                String(decoding: response.body, as: UTF8.self)
                    == "accept: x/y|content-length: 1|host: localhost|user-agent: imm")
        }
    }

    @Test(arguments: [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete])
    func `every method reaches the server under its own name`(method: HTTPRequest.Method) async throws {
        try await withServer { connection, request in
            connection.respond(headers: "X-Line: \(request.line)\r\n", body: request.line.hasPrefix("HEAD") ? "" : "b")
        } _: { transport, _ in
            let response = try await transport.send(HTTPRequest(method, "/x"))
            #expect(response.headers["X-Line"] == "\(method.rawValue) /x HTTP/1.1")
        }
    }

    @Test func `requests one after the other share one connection`() async throws {
        try await withServer { connection, _ in
            connection.respond(body: "ok")
        } _: { transport, server in
            for _ in 0..<50 {
                let response = try await transport.send(HTTPRequest(.get, "/"))
                #expect(response.status == 200)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `requests at once run side by side, and no more than the limit`() async throws {
        try await withServer(limits: HTTPLimits(maxConnections: 4)) { connection, _ in
            connection.respond(body: "ok")
        } _: { transport, server in
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<64 { group.addTask { try await transport.send(HTTPRequest(.get, "/")).status } }
                return try await group.reduce(into: 0) { $0 += $1 == 200 ? 1 : 0 }
            }
            #expect(answered == 64)
            #expect((1...4).contains(server.connectionCount))
        }
    }

    @Test func `a chunked body is put together, and its trailers are not headers`() async throws {
        try await withServer { connection, _ in
            connection.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n")
        } _: { transport, _ in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.body == Array("abcde".utf8))
            #expect(response.headers["X-Late"] == nil)
        }
    }

    @Test func `an interim response is not the response`() async throws {
        try await withServer { connection, _ in
            connection.write("HTTP/1.1 102 Processing\r\nX-Interim: 1\r\n\r\n")
            connection.respond("404 Not Found", body: "no")
        } _: { transport, _ in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.status == 404)
            #expect(response.headers["X-Interim"] == nil)
        }
    }

    @Test func `a large body goes up and comes down whole`() async throws {
        try await withServer { connection, request in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
            connection.write(request.body)
        } _: { transport, _ in
            let body = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let response = try await transport.send(HTTPRequest(.put, "/", body: body))
            #expect(response.body == body)
        }
    }

    @Test func `a transport that was shut down refuses`() async throws {
        try await withServer { connection, _ in
            connection.respond()
        } _: { transport, _ in
            _ = try await transport.send(HTTPRequest(.get, "/"))
            transport.shutdown()
            let error = await #expect(throws: HTTPError.self) { _ = try await transport.send(HTTPRequest(.get, "/")) }
            #expect(error?.code == .shutDown)
            #expect(error?.mayHaveReachedServer == false)
        }
    }
}
