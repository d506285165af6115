import HTTPTransport
import Synchronization
import Testing

struct CancellationTests {
    @Test func `cancelling the task ends the transfer and closes its connection`() async throws {
        let path = socketPath()
        let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
        let server = try StubServer(unix: path) { connection in
            _ = connection.readRequest()
            arrived.yield("request")
            connection.waitForClose()
            arrived.yield("closed")
        }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        defer { transport.shutdown() }
        let task = Task { () -> HTTPError? in
            do throws(HTTPError) {
                _ = try await transport.send(HTTPRequest(.post, "/"))
                return nil
            } catch { return error }
        }
        var seen = arrivals.makeAsyncIterator()
        #expect(await seen.next() == "request")
        task.cancel()
        let error = await task.value
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveReachedServer == true)
        #expect(await seen.next() == "closed")
    }

    @Test func `a task that is already cancelled sends nothing`() async throws {
        let path = socketPath()
        let server = try StubServer(unix: path) { _ in }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        let task = Task { () -> HTTPError? in
            while !Task.isCancelled { await Task.yield() }
            do throws(HTTPError) {
                _ = try await transport.send(HTTPRequest(.post, "/"))
                return nil
            } catch { return error }
        }
        task.cancel()
        let error = await task.value
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveReachedServer == false)
        #expect(server.connectionCount == 0)
        transport.shutdown()
    }

    @Test func `shutting down ends what is under way`() async throws {
        let path = socketPath()
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try StubServer(unix: path) { connection in
            _ = connection.readRequest()
            arrived.yield()
            connection.waitForClose()
        }
        defer { server.stop() }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        let task = Task { () -> HTTPError.Code? in
            do throws(HTTPError) {
                _ = try await transport.send(HTTPRequest(.get, "/"))
                return nil
            } catch { return error.code }
        }
        var seen = arrivals.makeAsyncIterator()
        _ = await seen.next()
        transport.shutdown()
        #expect(await task.value == .shutDown)
    }
}
