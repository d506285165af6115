import BenchKit
import Foundation

/// How long immctl takes to read and check a file of 10,000 documents, its own start and its output included.
struct ValidationBenchmark {
    let settings: Settings

    func run(_ report: Report) throws {
        let file = settings.directory + "/documents.yaml"
        var text = ""
        for number in 0..<10_000 { text += document(number) }
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        let seconds = try (0..<settings.rounds).map { _ in try check(file, expecting: 10_000) }
        report.line("validation of 10,000 documents", seconds.median, atMost: 2, " s", all: seconds)
        report.note("\(text.utf8.count / 1024) KiB of YAML")
    }

    private func check(_ file: String, expecting count: Int) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: settings.binaries + "/immctl")
        process.arguments = ["apply", "--dry-run", "client", "-f", file]
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        let start = Clock.now
        try process.run()
        let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: 10).count
        process.waitUntilExit()
        let end = Clock.now
        guard process.terminationStatus == 0, lines >= count else {
            throw BenchmarkFailure("immctl apply --dry-run client: status \(process.terminationStatus), \(lines) lines")
        }
        return end - start
    }

    private func document(_ number: Int) -> String {
        """
        ---
        apiVersion: imm.dev/v1alpha1
        kind: InstanceSet
        metadata:
          name: set-\(number)
          namespace: default
          labels: {team: team-\(number % 17)}
        spec:
          replicas: \(number % 7)
          strategy: {type: RollingReplace, maxSurge: 1, maxUnavailable: 0}
          template:
            spec:
              image: registry.example/app:\(number)
              command: ["/bin/app", "--port", "8080"]
              env:
                - name: SHARD
                  value: "\(number)"
              ports:
                - {name: http, containerPort: 8080}
              readinessProbe:
                httpGet: {path: /ready, port: http}
                periodSeconds: 10

        """
    }
}
