import BenchKit
import NIOCore

/// The list of 5,000 objects of 1.5 KB, as one answer.
struct ListBenchmark {
    let settings: BenchmarkSettings
    private let objects = 5_000
    private let perRound = 10

    func run(_ report: Report) throws {
        let server = try APIServer(settings, "list")
        defer { server.stop() }
        let filling = Load(server.client.loop, objects, expecting: 201) { HTTPText.create("object-\($0)") }
        _ = try filling.run(on: try server.client.connect(16))
        let exchange = try server.client.connect()
        let request = HTTPText.get(HTTPText.secrets)
        var times: [Double] = []
        var bytes = 0
        let used = try server.cpu {
            for _ in 0..<perRound * settings.rounds {
                let load = Load(server.client.loop, 1, expecting: 200) { _ in request }
                times.append(try load.run(on: [exchange]) * 1e3)
                bytes = load.bytes
            }
        }
        report.line(
            "list of \(objects) objects over TLS, median of \(times.count)", times.median, atMost: 40, " ms")
        let (count, figure) = (Double(times.count), Report.figure)
        report.note(
            "p99 \(figure(times.quantile(0.99))) ms; \(figure(Double(bytes) / 1e6)) MB a list; "
                + "CPU a list: server \(figure(used.server / count * 1e3)) ms, "
                + "client \(figure(used.client / count * 1e3)) ms")
        try EchoFloor(server).note(report, connections: 1, request: request, answerBytes: bytes, count: 20)
    }
}
