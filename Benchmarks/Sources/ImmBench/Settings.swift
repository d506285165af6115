import BenchKit

/// Where things are for the benchmarks on an engine.
struct Settings {
    private let common: BenchmarkSettings
    let engineSocket: String
    let logLevel: String

    var binaries: String { common.binaries }
    var directory: String { common.directory }
    var rounds: Int { common.rounds }

    init(_ environment: [String: String]) throws {
        common = try BenchmarkSettings(environment, setBy: "Benchmarks/run")
        engineSocket = try common.value("IMM_BENCH_ENGINE")
        logLevel = environment["IMM_BENCH_LOG_LEVEL"] ?? "info"
    }
}
