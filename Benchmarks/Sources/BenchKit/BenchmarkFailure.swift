/// Why a benchmark could not measure: what happened, where, what to do.
package struct BenchmarkFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
