/// Why a benchmark could not measure: what happened, where, what to do.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
