public import JSON
public import ResourceAPI
public import Telemetry

/// What the server serves beyond resources, and cannot know itself: given by the daemon. A missing one is answered
/// with 404, as a path that does not exist.
public struct DaemonEndpoints: Sendable {
    /// `GET …/instances/NAME/log`.
    public typealias InstanceLogs =
        @Sendable (_ instance: ObjectReference, LogRequest) async throws(APIStatus) -> LogText
    /// `POST …/instancesets/NAME/plan`: the plan for the InstanceSet in the body, as if it had been applied.
    public typealias InstanceSetPlan =
        @Sendable (_ instanceSet: JSONValue, _ namespace: String) async throws(APIStatus) -> JSONValue
    /// `…/instances/NAME/exec`: starts the command and connects its streams.
    public typealias InstanceExec =
        @Sendable (_ instance: ObjectReference, ExecRequest) async throws(APIStatus) -> any ExecSession

    /// `…/providers/NAME/images`.
    public typealias ProviderImages =
        @Sendable (_ provider: ObjectReference, DiskImageRequest) async throws(APIStatus) -> JSONValue

    public var logs: InstanceLogs?
    public var exec: InstanceExec?
    public var plan: InstanceSetPlan?
    public var images: ProviderImages?
    /// What `/livez` and `/readyz` ask, besides what the server knows of itself.
    public var healthChecks: [HealthCheck]
    /// What `/metrics` shows; the server counts its requests in it.
    public var metrics: MetricRegistry

    public init(
        logs: InstanceLogs? = nil, exec: InstanceExec? = nil, plan: InstanceSetPlan? = nil,
        images: ProviderImages? = nil,
        healthChecks: [HealthCheck] = [], metrics: MetricRegistry = MetricRegistry()
    ) {
        self.logs = logs
        self.exec = exec
        self.plan = plan
        self.images = images
        self.healthChecks = healthChecks
        self.metrics = metrics
    }
}
