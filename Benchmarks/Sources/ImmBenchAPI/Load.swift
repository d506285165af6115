import BenchKit
import NIOCore

/// Requests that follow one another on each of several connections, answer by answer.
///
/// Unchecked: its variables are used on the one event loop of all its connections, and read when the load is over.
final class Load: @unchecked Sendable {
    private let total: Int
    private let expected: Int
    private let request: (Int) -> ByteBuffer
    private let done: EventLoopPromise<Void>
    private let loop: any EventLoop
    private var sent = 0
    private var answered = 0
    /// From sending to the last byte of the answer, in seconds, in the order of the answers.
    private(set) var latencies: [Double] = []
    /// Of all bodies.
    private(set) var bytes = 0

    /// - Parameters:
    ///   - total: requests over all connections.
    ///   - expected: status of each answer.
    ///   - request: the bytes of the request with a number.
    init(_ loop: any EventLoop, _ total: Int, expecting expected: Int, request: @escaping (Int) -> ByteBuffer) {
        (self.loop, self.total, self.expected, self.request) = (loop, total, expected, request)
        done = loop.makePromise()
        latencies.reserveCapacity(total)
    }

    /// - Returns: the seconds that it took.
    func run(on connections: [Exchange]) throws -> Double {
        let start = NIODeadline.now()
        loop.execute {
            for connection in connections {
                connection.onClosed = { self.done.fail(BenchmarkFailure("the server closed a connection: \($0)")) }
                self.next(connection)
            }
        }
        try done.futureResult.wait()
        return start.seconds(to: .now())
    }

    private func next(_ connection: Exchange) {
        guard sent < total else { return }
        let request = request(sent)
        sent += 1
        let start = NIODeadline.now()
        connection.onAnswer = { answer in
            guard answer.status == self.expected else {
                self.done.fail(BenchmarkFailure("status \(answer.status) in the place of \(self.expected)"))
                return
            }
            self.latencies.append(start.seconds(to: answer.at))
            self.bytes += answer.bytes
            self.answered += 1
            if self.answered == self.total { self.done.succeed() } else { self.next(connection) }
        }
        connection.send(request)
    }
}

extension NIODeadline {
    func seconds(to end: NIODeadline) -> Double { Double((end - self).nanoseconds) / 1e9 }
}

extension [Double] {
    /// The value that a share of all does not exceed; 0 of none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.min(count - 1, Int((Double(count) * share).rounded(.up)) - 1)]
    }
}
