/// The series of a metric by the values of its labels; bounded, since each stays for the life of the process.
struct SeriesTable<Value> {
    /// Series beyond are counted together under `other`.
    private static var maximumSeries: Int { 1000 }

    let labels: [String]
    private var values: [[String]: Value] = [:]

    init(_ labels: [String]) { self.labels = labels }

    /// Changes the value of a series; `initial` where there is none yet.
    mutating func update(_ series: [String], initial: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
        precondition(series.count == labels.count, "the labels are \(labels), not \(series)")
        var series = series
        if values[series] == nil, values.count >= Self.maximumSeries { series = labels.map { _ in "other" } }
        change(&values[series, default: initial()])
    }

    /// In the order of the labels' values.
    var sorted: [(labels: [MetricText.Label], value: Value)] {
        values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { series, value in
            (zip(labels, series).map { MetricText.Label(name: $0, value: $1) }, value)
        }
    }
}

extension SeriesTable: Sendable where Value: Sendable {}
