import Glibc
import HTTPTransport
import Synchronization
import Testing

struct UploadTests {
    private func withServer(
        limits: HTTPLimits = HTTPLimits(), serve: @escaping @Sendable (StubConnection) -> Void,
        _ body: (HTTPTransport) async throws -> Void
    ) async throws {
        let path = socketPath()
        let server = try StubServer(unix: path, handler: serve)
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path), limits: limits)
        defer { transport.shutdown() }
        try await body(transport)
    }

    @Test func `a body is sent as it is written, in chunks`() async throws {
        let got = Mutex<[UInt8]>([])
        let head = Mutex("")
        try await withServer { connection in
            guard let request = connection.readRequest() else { return }
            head.withLock { $0 = "\(request.line) \(request.header("Transfer-Encoding") ?? "")" }
            got.withLock { $0 = connection.readChunked() ?? [] }
            connection.respond(body: "done")
        } _: { transport in
            let upload = HTTPUpload()
            async let answer = transport.send(HTTPRequest(.put, "/archive?path=a"), body: upload)
            var all: [UInt8] = []
            for block in 0..<200 {
                let chunk = [UInt8](repeating: UInt8(truncatingIfNeeded: block), count: block * 97)
                all += chunk
                #expect(await upload.write(chunk))
            }
            upload.finish()
            let response = try await answer
            #expect(response.status == 200)
            #expect(response.body == Array("done".utf8))
            #expect(got.withLock { $0 } == all)
            #expect(head.withLock { $0 } == "PUT /archive?path=a HTTP/1.1 chunked")
        }
    }

    @Test func `an empty body is one`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.respond(connection.readChunked() == [] ? "200 OK" : "500 Bad")
        } _: { transport in
            let upload = HTTPUpload()
            upload.finish()
            let response = try await transport.send(HTTPRequest(.put, "/"), body: upload)
            #expect(response.status == 200)
        }
    }

    @Test func `a slow server holds the writer back`() async throws {
        let go = Mutex(false)
        let total = 32 << 20
        let size = Mutex(0)
        try await withServer { connection in
            _ = connection.readRequest()
            while !go.withLock({ $0 }) { usleep(1000) }
            size.withLock { $0 = connection.readChunked()?.count ?? -1 }
            connection.respond()
        } _: { transport in
            let upload = HTTPUpload()
            let written = Mutex(0)
            async let answer = transport.send(HTTPRequest(.put, "/"), body: upload)
            async let writing: Void = {
                let chunk = [UInt8](repeating: 7, count: 64 << 10)
                for _ in 0..<(total >> 16) {
                    _ = await upload.write(chunk)
                    written.withLock { $0 += chunk.count }
                }
                upload.finish()
            }()
            // Without a reader, the writer stands still at what the sockets and the buffer hold.
            var last = -1
            while last != written.withLock({ $0 }) || last == 0 {
                last = written.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(last < 4 << 20)
            go.withLock { $0 = true }
            await writing
            #expect(try await answer.status == 200)
            #expect(size.withLock { $0 } == total)
        }
    }

    @Test func `an error before the body's end is the answer, and ends the writing`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.respond("507 Insufficient Storage", body: "no space left on device")
            connection.waitForClose()
        } _: { transport in
            let upload = HTTPUpload()
            async let answer = transport.send(HTTPRequest(.put, "/"), body: upload)
            while await upload.write([UInt8](repeating: 1, count: 32 << 10)) {}
            let response = try await answer
            #expect(response.status == 507)
            #expect(response.body == Array("no space left on device".utf8))
        }
    }

    @Test func `an error that comes while the writer thinks is the answer`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.respond("404 Not Found")
            connection.waitForClose()
        } _: { transport in
            let upload = HTTPUpload()
            let response = try await transport.send(HTTPRequest(.put, "/"), body: upload)
            #expect(response.status == 404)
            #expect(await upload.write([1]) == false)
        }
    }

    @Test func `a connection that breaks ends the writing, with an unknown outcome`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
        } _: { transport in
            let upload = HTTPUpload()
            async let answer = transport.send(HTTPRequest(.put, "/"), body: upload)
            while await upload.write([UInt8](repeating: 1, count: 64 << 10)) {}
            do {
                _ = try await answer
                Issue.record("there was an answer")
            } catch let error as HTTPError { #expect(error.mayHaveReachedServer) }
        }
    }

    @Test func `a body that is given up is never taken for a whole one`() async throws {
        let ended = Mutex<Bool?>(nil)
        let (closings, closed) = AsyncStream.makeStream(of: Void.self)
        try await withServer { connection in
            _ = connection.readRequest()
            let isWhole = connection.readChunked() != nil
            ended.withLock { $0 = isWhole }
            closed.yield()
        } _: { transport in
            var seen = closings.makeAsyncIterator()
            let upload = HTTPUpload()
            async let answer = transport.send(HTTPRequest(.put, "/"), body: upload)
            #expect(await upload.write(Array("half".utf8)))
            upload.fail()
            do {
                _ = try await answer
                Issue.record("there was an answer")
            } catch let error as HTTPError {
                #expect(error.code == .cancelled)
                #expect(error.mayHaveReachedServer)
            }
            await seen.next()
            #expect(ended.withLock { $0 } == false)
        }
    }

    @Test func `cancelling the sender ends the writing`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        } _: { transport in
            let upload = HTTPUpload()
            let sending = Task { try await transport.send(HTTPRequest(.put, "/"), body: upload) }
            #expect(await upload.write([1]))
            sending.cancel()
            while await upload.write([UInt8](repeating: 1, count: 64 << 10)) {}
            await #expect(throws: HTTPError.self) { _ = try await sending.value }
        }
    }

    @Test func `an upload never goes out on a connection that was kept`() async throws {
        let path = socketPath()
        let server = try StubServer(unix: path) { connection in
            while let request = connection.readRequest() {
                if request.header("Transfer-Encoding") != nil { _ = connection.readChunked() }
                connection.respond()
            }
        }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        defer { transport.shutdown() }
        _ = try await transport.send(HTTPRequest(.get, "/"))
        let upload = HTTPUpload()
        upload.finish()
        _ = try await transport.send(HTTPRequest(.put, "/"), body: upload)
        #expect(server.connectionCount == 2)
    }
}

extension StubConnection {
    /// A chunked body; nil when the connection ended before the body did.
    func readChunked() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let line = readLine(), let size = Int(line, radix: 16) else { return nil }
            var chunk = [UInt8](repeating: 0, count: size + 2)
            var got = 0
            while got < chunk.count {
                let count = chunk.withUnsafeMutableBytes {
                    recv(descriptor, $0.baseAddress?.advanced(by: got), $0.count - got, 0)
                }
                guard count > 0 else { return nil }
                got += count
            }
            if size == 0 { return body }
            body += chunk.dropLast(2)
        }
    }

    private func readLine() -> String? {
        var line: [UInt8] = []
        while !line.suffix(2).elementsEqual([13, 10]) {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            line.append(byte)
        }
        return String(decoding: line.dropLast(2), as: UTF8.self)
    }
}
