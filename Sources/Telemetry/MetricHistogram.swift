import Ambient

/// How often something took how long, in buckets, for each combination of its labels' values.
public final class MetricHistogram: Metric {
    private struct Counts {
        /// One more than there are bounds: the last is of what is above all of them.
        var buckets: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let table: Guarded<SeriesTable<Counts>>

    init(_ labels: [String], buckets: [Double]) {
        precondition(!buckets.isEmpty && zip(buckets, buckets.dropFirst()).allSatisfy(<), "bounds must grow")
        bounds = buckets
        table = Guarded(SeriesTable(labels))
    }

    /// - Parameter labels: the values, in the order in which the labels were named.
    public func record(_ duration: Duration, _ labels: String...) {
        let (seconds, attoseconds) = duration.components
        let value = Double(seconds) + Double(attoseconds) / 1e18
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        let empty = Counts(buckets: Array(repeating: 0, count: bounds.count + 1))
        table.withLock { table in
            table.update(labels, initial: empty) { counts in
                counts.buckets[index] += 1
                counts.sum += value
            }
        }
    }

    func write(to text: inout MetricText, _ name: String) {
        for series in table.withLock({ $0.sorted }) {
            var total: UInt64 = 0
            for (bound, count) in zip(bounds.map(MetricText.number) + ["+Inf"], series.value.buckets) {
                total += count
                text.line(name + "_bucket", series.labels + [.init(name: "le", value: bound)], Double(total))
            }
            text.line(name + "_sum", series.labels, series.value.sum)
            text.line(name + "_count", series.labels, Double(total))
        }
    }
}
