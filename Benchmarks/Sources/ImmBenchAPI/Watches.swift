import BenchKit
import NIOCore

/// Open watches of all Secrets, each on a connection of its own.
///
/// Unchecked: what varies is used on the client's one event loop.
final class Watches: @unchecked Sendable {
    private let loop: any EventLoop
    private let connections: [Exchange]
    private var start = NIODeadline.now()
    private var times: [Double] = []
    private var delivered: EventLoopPromise<[Double]>?

    /// Returns when all of them are answered with the head of their stream.
    init(_ server: APIServer, count: Int) throws {
        loop = server.client.loop
        let list = try server.client.connect().answer(to: HTTPText.get(HTTPText.secrets + "?limit=1"))
        guard list.status == 200 else { throw BenchmarkFailure("list: status \(list.status)") }
        connections = try server.client.connect(count)
        // Begins after what is there: nothing is sent before the first change.
        let request = HTTPText.get(
            HTTPText.secrets
                + "?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=3600")
        for first in stride(from: 0, to: count, by: 64) {
            let opened = connections[first..<min(count, first + 64)].map { connection in
                let promise = loop.makePromise(of: Int.self)
                loop.execute {
                    connection.onHead = { promise.succeed($0) }
                    connection.onClosed = {
                        promise.fail(BenchmarkFailure("the server closed a connection: \($0)"))
                        self.delivered?.fail(BenchmarkFailure("the server closed a watch: \($0)"))
                    }
                    connection.onLine = { self.arrive() }
                    connection.send(request)
                }
                return promise.futureResult
            }
            for head in opened {
                let status = try head.wait()
                guard status == 200 else { throw BenchmarkFailure("watch: status \(status)") }
            }
        }
    }

    /// Writes by `writer`, and waits until each watch was told.
    ///
    /// - Returns: the seconds from the write to each of them.
    func deliver(_ write: ByteBuffer, by writer: Exchange) throws -> [Double] {
        let promise = loop.makePromise(of: [Double].self)
        loop.execute {
            writer.onAnswer = { answer in
                if answer.status != 201 { promise.fail(BenchmarkFailure("create: status \(answer.status)")) }
            }
            self.times = []
            self.times.reserveCapacity(self.connections.count)
            self.delivered = promise
            self.start = .now()
            writer.send(write)
        }
        return try promise.futureResult.wait()
    }

    private func arrive() {
        times.append(start.seconds(to: .now()))
        if times.count == connections.count { delivered?.succeed(times) }
    }
}
