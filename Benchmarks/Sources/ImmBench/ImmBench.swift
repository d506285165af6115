import BenchKit
import Foundation

/// `imm-bench [replacement | daemon | idle | validation | gitops]…`: measures, and exits 1 when a target is missed.
@main
struct ImmBench {
    static func main() {
        BenchmarkProgram("imm-bench").run {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            return [
                ("validation", ValidationBenchmark(settings: settings).run),
                ("daemon", DaemonBenchmark(settings: settings).run),
                ("idle", IdleBenchmark(settings: settings).run),
                ("replacement", ReplacementBenchmark(settings: settings).run),
                ("gitops", GitOpsBenchmark(settings: settings).run),
            ]
        }
    }
}
