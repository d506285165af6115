import BenchKit
import NIOCore

/// One connection that reads an object of 1.5 KB again and again from a server that does nothing else.
struct GetBenchmark {
    let settings: BenchmarkSettings
    private let perRound = 10_000

    func run(_ report: Report) throws {
        let server = try APIServer(settings, "get")
        defer { server.stop() }
        let exchange = try server.client.connect()
        _ = try exchange.answer(to: HTTPText.create("one"))
        let request = HTTPText.get(HTTPText.secrets + "/one")
        func round(_ count: Int) throws -> Load {
            let load = Load(server.client.loop, count, expecting: 200) { _ in request }
            _ = try load.run(on: [exchange])
            return load
        }
        let bytes = try round(2_000).bytes / 2_000
        let rounds = try (0..<settings.rounds).map { _ in try round(perRound).latencies }
        let tails = rounds.map { $0.quantile(0.99) * 1e3 }
        report.line("get of 1.5 KB over TLS, p99, one connection", tails.median, atMost: 1, " ms", all: tails)
        let all = rounds.flatMap { $0 }
        report.note(
            "p50 \(Report.figure(all.median * 1e3)) ms, p99.9 \(Report.figure(all.quantile(0.999) * 1e3)) ms; "
                + "\(bytes) bytes a body")
        try EchoFloor(server).note(report, connections: 1, request: request, answerBytes: bytes)
    }
}
