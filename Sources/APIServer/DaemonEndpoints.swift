public import JSON
public import ResourceAPI

/// What the server serves beyond resources, and cannot know itself: given by the daemon. A missing one is answered
/// with 404, as a path that does not exist.
public struct DaemonEndpoints: Sendable {
    /// `GET …/instances/NAME/log`.
    public typealias InstanceLogs =
        @Sendable (_ instance: ObjectReference, LogRequest) async throws(APIStatus) -> LogText
    /// `POST …/instancesets/NAME/plan`: the plan for the InstanceSet in the body, as if it had been applied.
    public typealias InstanceSetPlan =
        @Sendable (_ instanceSet: JSONValue, _ namespace: String) async throws(APIStatus) -> JSONValue
    /// nil when the daemon is ready for requests, or else why it is not.
    public typealias Readiness = @Sendable () async -> String?

    public var logs: InstanceLogs?
    public var plan: InstanceSetPlan?
    public var readiness: Readiness

    public init(
        logs: InstanceLogs? = nil, plan: InstanceSetPlan? = nil, readiness: @escaping Readiness = { nil }
    ) {
        self.logs = logs
        self.plan = plan
        self.readiness = readiness
    }
}
