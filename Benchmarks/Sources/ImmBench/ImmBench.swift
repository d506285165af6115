import BenchKit
import Foundation

/// `imm-bench [replacement | daemon | idle | validation | gitops]…`: measures, and exits 1 when a target is missed.
@main
struct ImmBench {
    static func main() {
        let report = Report()
        do {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let all: [(name: String, run: (Report) throws -> Void)] = [
                ("validation", ValidationBenchmark(settings: settings).run),
                ("daemon", DaemonBenchmark(settings: settings).run),
                ("idle", IdleBenchmark(settings: settings).run),
                ("replacement", ReplacementBenchmark(settings: settings).run),
                ("gitops", GitOpsBenchmark(settings: settings).run),
            ]
            let asked = CommandLine.arguments.dropFirst()
            for name in asked where !all.contains(where: { $0.name == name }) {
                throw BenchmarkFailure("no benchmark \(name); there are \(all.map(\.name).joined(separator: ", "))")
            }
            for benchmark in all where asked.isEmpty || asked.contains(benchmark.name) { try benchmark.run(report) }
        } catch {
            FileHandle.standardError.write(Data("imm-bench: \(error)\n".utf8))
            exit(2)
        }
        exit(report.isMet ? 0 : 1)
    }
}
