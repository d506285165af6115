import BenchKit
import Foundation

/// `imm-bench-api [create | get | list | fanout | watches]…`: measures the API over TLS, and exits 1 when a target is missed.
@main
struct ImmBenchAPI {
    static func main() {
        BenchmarkProgram("imm-bench-api").run {
            let settings = try BenchmarkSettings(ProcessInfo.processInfo.environment, setBy: "Benchmarks/run-api")
            return [
                ("create", CreateBenchmark(settings: settings).run),
                ("get", GetBenchmark(settings: settings).run),
                ("list", ListBenchmark(settings: settings).run),
                ("fanout", FanoutBenchmark(settings: settings).run),
                ("watches", IdleWatchesBenchmark(settings: settings).run),
            ]
        }
    }
}
