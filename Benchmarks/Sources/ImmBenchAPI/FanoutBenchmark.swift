import BenchKit
import NIOCore

/// One created object that 1,000 watches are told, each on a connection of its own.
struct FanoutBenchmark {
    let settings: BenchmarkSettings
    private let watchers = 1_000
    private let perRound = 40

    func run(_ report: Report) throws {
        try Descriptors.allow(watchers + 200)
        let server = try APIServer(settings, "fanout")
        defer { server.stop() }
        let watches = try Watches(server, count: watchers)
        let writer = try server.client.connect()
        // The first bring memory and caches up.
        for index in 0..<5 { _ = try watches.deliver(HTTPText.create("warm-\(index)"), by: writer) }
        var all: [Double] = []
        var last: [Double] = []
        let used = try server.cpu {
            for index in 0..<perRound * settings.rounds {
                let times = try watches.deliver(HTTPText.create("event-\(index)"), by: writer).map { $0 * 1e3 }
                all += times
                last.append(times.max() ?? 0)
                Clock.sleep(seconds: 0.01)
            }
        }
        report.line(
            "one event of 1.5 KB to \(watchers) watchers over TLS, from its write, p99", all.quantile(0.99), atMost: 50,
            " ms")
        let (count, figure) = (Double(last.count), Report.figure)
        report.note(
            "p50 \(figure(all.median)) ms; the last of the \(watchers): median \(figure(last.median)) ms, "
                + "p99 \(figure(last.quantile(0.99))) ms; CPU an event: server \(figure(used.server / count * 1e3)) ms, "
                + "client \(figure(used.client / count * 1e3)) ms")
    }
}
