import Foundation

/// A program of benchmarks: runs those that its arguments name, or all, and exits 1 when a target is missed, 2 when it could
/// not measure.
package struct BenchmarkProgram {
    package typealias Benchmark = (name: String, run: (Report) throws -> Void)

    private let name: String

    package init(_ name: String) { self.name = name }

    package func run(_ benchmarks: () throws -> [Benchmark]) -> Never {
        let report = Report()
        do {
            let all = try benchmarks()
            let asked = CommandLine.arguments.dropFirst()
            for wanted in asked where !all.contains(where: { $0.name == wanted }) {
                throw BenchmarkFailure("no benchmark \(wanted); there are \(all.map(\.name).joined(separator: ", "))")
            }
            for benchmark in all where asked.isEmpty || asked.contains(benchmark.name) { try benchmark.run(report) }
        } catch {
            FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
            exit(2)
        }
        exit(report.isMet ? 0 : 1)
    }
}
