import BenchKit
import NIOCore

/// 16 connections that create Secrets of 1.5 KB, each with the next request when the last was answered.
struct CreateBenchmark {
    let settings: BenchmarkSettings
    private let connections = 16
    private let perRound = 20_000

    func run(_ report: Report) throws {
        let server = try APIServer(settings, "create")
        defer { server.stop() }
        let exchanges = try server.client.connect(connections)
        _ = try round(server, exchanges, "warm", 4_000)
        var rates: [Double] = []
        var latencies: [Double] = []
        let used = try server.cpu {
            for index in 0..<settings.rounds {
                let (load, seconds) = try round(server, exchanges, "round\(index)", perRound)
                rates.append(Double(perRound) / seconds)
                latencies += load.latencies
            }
        }
        report.line(
            "creates of 1.5 KB over TLS, \(connections) connections, synchronous=FULL", rates.median, atLeast: 5_000,
            "/s", all: rates)
        let (count, figure) = (Double(perRound * settings.rounds), Report.figure)
        report.note(
            "latency: p50 \(figure(latencies.median * 1e3)) ms, p99 \(figure(latencies.quantile(0.99) * 1e3)) ms; "
                + "CPU a create: server \(figure(used.server / count * 1e6)) us, "
                + "client \(figure(used.client / count * 1e6)) us")
        try EchoFloor(server).note(report, connections: connections, request: HTTPText.create("x"), answerBytes: 1_900)
        try DiskFloor(directory: settings.directory).note(report)
    }

    private func round(
        _ server: APIServer, _ exchanges: [Exchange], _ name: String, _ count: Int
    ) throws -> (Load, Double) {
        let load = Load(server.client.loop, count, expecting: 201) { HTTPText.create("\(name)-\($0)") }
        return (load, try load.run(on: exchanges))
    }
}
