/// What the API server counts.
public struct RequestMeasures: Sendable {
    private let requests: MetricCounter
    private let durations: MetricHistogram

    public init(_ registry: MetricRegistry) {
        requests = registry.counter(
            "imm_apiserver_requests_total", "Requests that were answered, a watch when it begins.",
            labels: ["verb", "resource", "code"])
        durations = registry.histogram(
            "imm_apiserver_request_duration_seconds",
            "From the head of a request to the answer's; watches and logs are not in it.",
            labels: ["verb", "resource"], buckets: MeasureBuckets.requests)
    }

    /// - Parameters:
    ///   - verb: Kubernetes' word: get, list, watch, create, update, patch, apply, delete, deletecollection.
    ///   - resource: `plural.group[/subresource]` of a kind that is served; empty for other paths.
    ///   - duration: nil for what has no end of its own.
    public func record(verb: String, resource: String, code: Int, duration: Duration?) {
        requests.add(1, verb, resource, String(code))
        if let duration { durations.record(duration, verb, resource) }
    }
}
