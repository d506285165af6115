import BenchKit

/// Cold start of immd over a store of 1,000 objects, and what it weighs when it has settled.
struct DaemonBenchmark {
    let settings: Settings
    private let objects = 1000

    func run(_ report: Report) throws {
        let stored = try fill()
        var (starts, memory, ready) = ([Double](), [Double](), [Double]())
        for _ in 0..<settings.rounds {
            let daemon = try start()
            defer { daemon.stop() }
            // The read of a stored object, not a health page: what answers has its store open.
            starts.append(
                try daemon.waitForAnswer("/apis/imm.dev/v1alpha1/namespaces/default/instancesets/stored-7") * 1000)
            ready.append(try daemon.waitForAnswer() * 1000)
            Clock.sleep(seconds: 8)
            memory.append(try daemon.residentMiB())
        }
        report.line("cold start with \(stored) objects", starts.median, atMost: 200, " ms", all: starts)
        report.note("until it reports itself ready, with all caches filled: \(Report.figure(ready.median)) ms")
        report.line("idle memory with \(stored) objects", memory.median, atMost: 60, " MiB", all: memory)
    }

    private func start() throws -> ImmDaemon {
        try ImmDaemon(
            binary: settings.binaries + "/immd", directory: settings.directory + "/daemon",
            engineSocket: settings.engineSocket)
    }

    /// Stores sets without replicas, with what the controllers make of them; returns the number of objects.
    private func fill() throws -> Int {
        let daemon = try start()
        defer { daemon.stop() }
        _ = try daemon.waitForAnswer()
        let connection = try daemon.connection()
        func count() throws -> Int {
            try ["instancesets", "revisions"].map { try daemon.names($0, over: connection).count }.reduce(0, +)
        }
        var number = 0
        while number < objects / 2 {
            let spec: [String: Any] = [
                "replicas": 0,
                "template": [
                    "spec": [
                        "image": Workload.images[0], "command": Workload.command,
                        "env": [["name": "NUMBER", "value": "\(number)"]],
                    ] as [String: Any]
                ],
            ]
            try daemon.apply("InstanceSet", "instancesets", "stored-\(number)", spec, over: connection)
            number += 1
        }
        // Each set gets its Revision once its image is resolved.
        try Clock.wait(for: "\(objects) objects", seconds: 120, every: 0.5) { try count() >= objects }
        return try count()
    }
}
