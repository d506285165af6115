import Ambient

/// The metrics of one process, as Prometheus reads them (text format 0.0.4).
///
/// Made by the composition root and passed in; there is no global one. Asking twice for a metric of one name gives the
/// same metric, so that several owners can share it.
public final class MetricRegistry: Sendable {
    private struct Entry: Sendable {
        let metric: any Metric
        let head: MetricHead
    }

    private let entries = Guarded<[String: Entry]>([:])

    public init() {}

    /// A number that only grows; its name ends in `_total`.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricCounter {
        metric(MetricHead(name, help, .counter)) { MetricCounter(SeriesTable(labels)) }
    }

    /// How often something took how long; its name ends in `_seconds`.
    ///
    /// - Parameter buckets: upper bounds in seconds, growing; the infinite one is added.
    public func histogram(
        _ name: String, _ help: String, labels: [String] = [], buckets: [Double]
    ) -> MetricHistogram {
        metric(MetricHead(name, help, .histogram)) { MetricHistogram(labels, buckets: buckets) }
    }

    /// A number that is asked for whenever somebody reads the metrics; one registered again under the same name and
    /// labels' values takes the place of the earlier.
    ///
    /// - Parameter read: quick, and without waiting.
    public func gauge(
        _ name: String, _ help: String, labels: [(name: String, value: String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        let gauge = metric(MetricHead(name, help, .gauge)) { MetricGauges(SeriesTable(labels.map(\.name))) }
        gauge.set(labels.map(\.value), read)
    }

    /// As `gauge`, for a number that something else counts and that only grows.
    public func counter(_ name: String, _ help: String, read: @escaping @Sendable () -> Double) {
        let gauge = metric(MetricHead(name, help, .counter)) { MetricGauges(SeriesTable([])) }
        gauge.set([], read)
    }

    /// Everything, by name.
    public func text() -> String {
        let entries = entries.withLock { $0 }
        var text = MetricText()
        for name in entries.keys.sorted() {
            guard let entry = entries[name] else { continue }
            text.begin(entry.head)
            entry.metric.write(to: &text, entry.head.name)
        }
        return text.string
    }

    private func metric<M: Metric>(_ head: MetricHead, _ make: () -> M) -> M {
        entries.withLock { entries in
            if let standing = entries[head.name]?.metric as? M { return standing }
            precondition(entries[head.name] == nil, "\(head.name) is there as another kind of metric")
            let made = make()
            entries[head.name] = Entry(metric: made, head: head)
            return made
        }
    }
}

/// What stands above the series of a metric.
struct MetricHead: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let name: String
    let help: String
    let kind: Kind

    init(_ name: String, _ help: String, _ kind: Kind) {
        precondition(
            name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            }, "\(name) is no name of a metric")
        self.name = name
        self.help = help
        self.kind = kind
    }
}

/// What a registry can hold.
protocol Metric: Sendable {
    func write(to text: inout MetricText, _ name: String)
}
