import Ambient

/// A number that only grows, for each combination of its labels' values.
public final class MetricCounter: Metric {
    private let table: Guarded<SeriesTable<Double>>

    init(_ table: SeriesTable<Double>) { self.table = Guarded(table) }

    /// - Parameters:
    ///   - amount: at least zero.
    ///   - labels: the values, in the order in which the labels were named.
    public func add(_ amount: Double = 1, _ labels: String...) {
        precondition(amount >= 0, "a counter only grows")
        table.withLock { $0.update(labels, initial: 0) { $0 += amount } }
    }

    func write(to text: inout MetricText, _ name: String) {
        for series in table.withLock({ $0.sorted }) { text.line(name, series.labels, series.value) }
    }
}

/// Numbers that are asked for when they are read.
final class MetricGauges: Metric {
    private let table: Guarded<SeriesTable<@Sendable () -> Double>>

    init(_ table: SeriesTable<@Sendable () -> Double>) { self.table = Guarded(table) }

    func set(_ series: [String], _ read: @escaping @Sendable () -> Double) {
        table.withLock { $0.update(series, initial: read) { $0 = read } }
    }

    func write(to text: inout MetricText, _ name: String) {
        // The closures run outside the lock: they may take others.
        for series in table.withLock({ $0.sorted }) { text.line(name, series.labels, series.value()) }
    }
}
