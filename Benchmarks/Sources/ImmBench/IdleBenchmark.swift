import BenchKit

/// What immd uses while it does nothing but probe 100 instances every 10 s.
struct IdleBenchmark {
    let settings: Settings
    private let instances = 100

    func run(_ report: Report) throws {
        let daemon = try ImmDaemon(
            binary: settings.binaries + "/immd", directory: settings.directory + "/idle",
            engineSocket: settings.engineSocket)
        defer { daemon.stop() }
        _ = try daemon.waitForAnswer()
        let connection = try daemon.connection()
        let spec: [String: Any] = [
            "replicas": instances,
            "template": [
                "spec": [
                    "image": Workload.images[0],
                    "command": ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"],
                    "network": "bridge", "terminationGracePeriodSeconds": 1,
                    "readinessProbe": [
                        "httpGet": ["path": "/index.html", "port": 8080] as [String: Any], "periodSeconds": 10,
                    ],
                ] as [String: Any]
            ],
        ]
        try daemon.apply("InstanceSet", "instancesets", "idle", spec, over: connection)
        try Clock.wait(for: "\(instances) ready instances", seconds: 300, every: 0.5) {
            try daemon.status("instancesets", "idle", over: connection)["readyReplicas"] as? Int == instances
        }
        // The verdict on the revision comes 30 s after the last one became available.
        Clock.sleep(seconds: 45)
        // Five windows of 12 s: the figure is of the whole minute.
        var shares: [Double] = []
        for _ in 0..<5 {
            let (start, used) = (Clock.now, try daemon.cpuSeconds())
            Clock.sleep(seconds: 12)
            shares.append((try daemon.cpuSeconds() - used) / (Clock.now - start) * 100)
        }
        let ready = try daemon.status("instancesets", "idle", over: connection)["readyReplicas"] as? Int ?? 0
        guard ready == instances else { throw BenchmarkFailure("only \(ready) instances are ready after the minute") }
        let mean = shares.reduce(0, +) / Double(shares.count)
        report.line("idle with \(instances) probed instances, over 60 s", mean, atMost: 1, " % of a core", all: shares)
        report.note("resident then: \(Report.figure(try daemon.residentMiB())) MiB")
        try daemon.delete("instancesets", "idle", over: connection)
    }
}
