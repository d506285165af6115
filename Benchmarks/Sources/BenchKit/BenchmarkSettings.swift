/// Where things are; the scripts beside this package give them as variables.
package struct BenchmarkSettings: Sendable {
    /// Folder of the release binaries.
    package let binaries: String
    /// Folder for data, sockets and logs.
    package let directory: String
    /// Repetitions of which the median counts.
    package let rounds: Int
    private let environment: [String: String]
    private let script: String

    /// - Parameter script: what sets the variables; for errors.
    package init(_ environment: [String: String], setBy script: String) throws {
        func value(_ name: String) throws -> String {
            try BenchmarkSettings.value(name, in: environment, setBy: script)
        }
        (self.environment, self.script) = (environment, script)
        binaries = try value("IMM_BENCH_BINARIES")
        directory = try value("IMM_BENCH_DIRECTORY")
        rounds = max(1, Int(environment["IMM_BENCH_ROUNDS"] ?? "") ?? 5)
    }

    /// A variable that must be set.
    package func value(_ name: String) throws -> String {
        try BenchmarkSettings.value(name, in: environment, setBy: script)
    }

    private static func value(_ name: String, in environment: [String: String], setBy script: String) throws -> String {
        guard let value = environment[name], !value.isEmpty else {
            throw BenchmarkFailure("\(name) is not set; start the benchmarks by \(script)")
        }
        return value
    }
}
