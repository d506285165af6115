/// The hook for what the controllers do at a back end: one value is made by the composition root and handed to them.
public struct ProviderMeasures: Sendable {
    private let calls: MetricCounter
    private let durations: MetricHistogram
    private let gaps: MetricHistogram

    public init(_ registry: MetricRegistry) {
        calls = registry.counter(
            "imm_provider_calls_total", "Calls of a provider by their result.",
            labels: ["provider", "operation", "code"])
        durations = registry.histogram(
            "imm_provider_call_duration_seconds", "How long calls of a provider took.",
            labels: ["provider", "operation"], buckets: MeasureBuckets.providerCalls)
        gaps = registry.histogram(
            "imm_handover_gap_seconds",
            "From the acknowledged stop of a slot's outgoing instance to the start of the incoming one.",
            labels: ["provider"], buckets: MeasureBuckets.gaps)
    }

    /// - Parameters:
    ///   - operation: a word for the operation: create, start, stop, destroy, observe, …
    ///   - code: `ok`, or the code of the error.
    public func called(provider: String, operation: String, code: String, duration: Duration) {
        calls.add(1, provider, operation, code)
        durations.record(duration, provider, operation)
    }

    /// One volume handover, at the start of the incoming instance.
    public func handedOver(provider: String, gap: Duration) { gaps.record(gap, provider) }
}
