import Glibc
import HTTPTransport
import Synchronization
import Testing

struct StreamTests {
    private func withStream(
        limits: HTTPLimits = HTTPLimits(), timeout: Duration? = nil,
        serve: @escaping @Sendable (StubConnection) -> Void,
        _ body: (HTTPTransport) async throws -> Void
    ) async throws {
        let path = socketPath()
        let server = try StubServer(unix: path) { connection in
            while connection.readRequest() != nil { serve(connection) }
        }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path), limits: limits)
        defer { transport.shutdown() }
        try await body(transport)
    }

    @Test func `chunks arrive as they are sent, and the end is an end`() async throws {
        let go = Mutex(false)
        try await withStream { connection in
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\none\r\n")
            while !go.withLock({ $0 }) {}
            connection.write("3\r\ntwo\r\n0\r\n\r\n")
        } _: { transport in
            let response = try await transport.stream(HTTPRequest(.get, "/events"))
            #expect(response.status == 200)
            #expect(response.headers["x-a"] == "b")
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("one".utf8))
            go.withLock { $0 = true }
            #expect(try await iterator.next() == Array("two".utf8))
            #expect(try await iterator.next() == nil)
            #expect(try await iterator.next() == nil)
        }
    }

    @Test func `a slow reader holds the sender back, and loses nothing`() async throws {
        let sent = Mutex(0)
        let total = 32 << 20
        let limits = HTTPLimits(streamBufferBytes: 64 << 10)
        try await withStream(limits: limits) { connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            for block in 0..<(total >> 16) {
                connection.write([UInt8](repeating: UInt8(truncatingIfNeeded: block), count: 1 << 16))
                sent.withLock { $0 += 1 << 16 }
            }
        } _: { transport in
            let response = try await transport.stream(HTTPRequest(.get, "/"))
            var iterator = response.body.makeAsyncIterator()
            var got = try await iterator.next()!
            // Without a reader, the sender stands still at what the sockets and the buffer hold.
            var last = -1
            while last != sent.withLock({ $0 }) {
                last = sent.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(last < 4 << 20)
            while let chunk = try await iterator.next() { got += chunk }
            #expect(got.count == total)
            #expect(
                stride(from: 0, to: total, by: 1 << 16).allSatisfy { got[$0] == UInt8(truncatingIfNeeded: $0 >> 16) })
        }
    }

    @Test func `the time-out is for the head, not for the stream`() async throws {
        try await withStream { connection in
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            usleep(400_000)
            connection.write("1\r\nb\r\n0\r\n\r\n")
        } _: { transport in
            let response = try await transport.stream(HTTPRequest(.get, "/", timeout: .milliseconds(150)))
            #expect(try await response.body.collect(upTo: 10) == Array("ab".utf8))
        }
    }

    @Test func `a head that does not come in time is a time-out`() async throws {
        try await withStream {
            $0.waitForClose()
        } _: { transport in
            let error = await #expect(throws: HTTPError.self) {
                _ = try await transport.stream(HTTPRequest(.get, "/", timeout: .milliseconds(50)))
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a stream that breaks off throws what it has got before`() async throws {
        try await withStream { connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            shutdown(connection.descriptor, Int32(SHUT_RDWR))
        } _: { transport in
            let response = try await transport.stream(HTTPRequest(.get, "/"))
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("abc".utf8))
            let error = await #expect(throws: HTTPError.self) { _ = try await iterator.next() }
            #expect(error?.code == .responseCutShort)
        }
    }

    @Test func `letting go of the body closes the connection, and so does cancelling the reader`() async throws {
        let (closings, closed) = AsyncStream.makeStream(of: Void.self)
        try await withStream { connection in
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            connection.waitForClose()
            closed.yield()
        } _: { transport in
            var seen = closings.makeAsyncIterator()
            do { _ = try await transport.stream(HTTPRequest(.get, "/")) }
            await seen.next()

            let response = try await transport.stream(HTTPRequest(.get, "/"))
            let task = Task { () -> HTTPError.Code? in
                do {
                    for try await _ in response.body {}
                    return nil
                } catch { return (error as? HTTPError)?.code }
            }
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
            #expect(await task.value == .cancelled)
            await seen.next()
        }
    }

    @Test func `collecting more than the limit is refused`() async throws {
        try await withStream {
            $0.respond(body: "12345")
        } _: { transport in
            let response = try await transport.stream(HTTPRequest(.get, "/"))
            let error = await #expect(throws: HTTPError.self) { _ = try await response.body.collect(upTo: 4) }
            #expect(error?.code == .tooLarge)
        }
    }
}
