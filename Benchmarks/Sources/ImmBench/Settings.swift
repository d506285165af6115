import BenchKit

/// Where things are; the script `run` gives them as variables.
struct Settings {
    /// Folder of the release binaries.
    let binaries: String
    /// Folder for data, sockets and logs.
    let directory: String
    let engineSocket: String
    /// Repetitions of which the median counts.
    let rounds: Int
    let logLevel: String

    init(_ environment: [String: String]) throws {
        func value(_ name: String) throws -> String {
            guard let value = environment[name], !value.isEmpty else {
                throw BenchmarkFailure("\(name) is not set; start the benchmarks by Benchmarks/run")
            }
            return value
        }
        binaries = try value("IMM_BENCH_BINARIES")
        directory = try value("IMM_BENCH_DIRECTORY")
        engineSocket = try value("IMM_BENCH_ENGINE")
        rounds = max(1, Int(environment["IMM_BENCH_ROUNDS"] ?? "") ?? 5)
        logLevel = environment["IMM_BENCH_LOG_LEVEL"] ?? "info"
    }
}
