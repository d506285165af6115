import BenchKit

/// What 10,000 watches cost the server while nothing happens.
struct IdleWatchesBenchmark {
    let settings: BenchmarkSettings
    private let count = 10_000

    func run(_ report: Report) throws {
        try Descriptors.allow(count + 200)
        let server = try APIServer(settings, "watches")
        defer { server.stop() }
        let before = try server.daemon.residentMiB()
        let start = Clock.now
        let watches = try Watches(server, count: count)
        let opening = Clock.now - start
        let peak = try server.daemon.residentMiB()
        // Longer than the server's rounds of giving freed memory back.
        Clock.sleep(seconds: 70)
        let after = try server.daemon.residentMiB()
        report.line("memory of the server with \(count) idle watches over TLS", after, atMost: 600, " MiB")
        let each = (after - before) * 1024 / Double(count)
        report.note(
            "before \(Report.figure(before)) MiB, right after opening \(Report.figure(peak)) MiB: "
                + "\(Report.figure(each)) KiB a watch; opened in \(Report.figure(opening)) s")
        // They are still served.
        let times = try watches.deliver(HTTPText.create("event"), by: try server.client.connect())
        report.note("one event to all of them: the last after \(Report.figure((times.max() ?? 0) * 1e3)) ms")
    }
}
