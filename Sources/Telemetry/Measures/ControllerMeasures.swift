/// What one controller and its work queue count.
public struct ControllerMeasures: Sendable {
    /// How a reconcile ended.
    public enum Outcome: String, Sendable {
        case done, requeued, failed
    }

    private let controller: String
    private let registry: MetricRegistry
    private let outcomes: MetricCounter
    private let durations: MetricHistogram

    public init(_ registry: MetricRegistry, controller: String) {
        self.controller = controller
        self.registry = registry
        outcomes = registry.counter(
            "imm_reconcile_total", "Reconciles by their outcome.", labels: ["controller", "outcome"])
        durations = registry.histogram(
            "imm_reconcile_duration_seconds", "How long one reconcile took.", labels: ["controller"],
            buckets: MeasureBuckets.reconciles)
    }

    public func reconciled(_ outcome: Outcome, in duration: Duration) {
        outcomes.add(1, controller, outcome.rawValue)
        durations.record(duration, controller)
    }

    /// - Parameters:
    ///   - depth: keys that wait for a worker.
    ///   - age: how long the first of them has waited, in seconds; 0 when there is none.
    public func watchQueue(depth: @escaping @Sendable () -> Double, age: @escaping @Sendable () -> Double) {
        let labels = [(name: "controller", value: controller)]
        registry.gauge("imm_workqueue_depth", "Keys that wait for a worker.", labels: labels, read: depth)
        registry.gauge(
            "imm_workqueue_age_seconds", "How long the first key that waits has waited.", labels: labels, read: age)
    }
}
