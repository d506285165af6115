import BenchKit
import Foundation

/// `imm-bench-api [create | get | list | fanout | watches]…`: measures the API over TLS, and exits 1 when a target is missed.
@main
struct ImmBenchAPI {
    static func main() {
        let report = Report()
        do {
            let settings = try BenchmarkSettings(ProcessInfo.processInfo.environment, setBy: "Benchmarks/run-api")
            let all: [(name: String, run: (Report) throws -> Void)] = [
                ("create", CreateBenchmark(settings: settings).run),
                ("get", GetBenchmark(settings: settings).run),
                ("list", ListBenchmark(settings: settings).run),
                ("fanout", FanoutBenchmark(settings: settings).run),
                ("watches", IdleWatchesBenchmark(settings: settings).run),
            ]
            let asked = CommandLine.arguments.dropFirst()
            for name in asked where !all.contains(where: { $0.name == name }) {
                throw BenchmarkFailure("no benchmark \(name); there are \(all.map(\.name).joined(separator: ", "))")
            }
            for benchmark in all where asked.isEmpty || asked.contains(benchmark.name) { try benchmark.run(report) }
        } catch {
            FileHandle.standardError.write(Data("imm-bench-api: \(error)\n".utf8))
            exit(2)
        }
        exit(report.isMet ? 0 : 1)
    }
}
