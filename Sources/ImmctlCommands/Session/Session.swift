public import InfraAPI
public import JSON
public import ResourceAPI

/// A connection to one server: the verbs, and what the server offers beyond them.
///
/// Values and closures instead of one more protocol, so that tests run on a `LocalResourceClient` in process.
public struct Session: Sendable {
    /// Which part of a log is wanted.
    public struct LogOptions: Sendable, Hashable {
        public var follow = false
        /// The last lines only.
        public var tailLines: Int?
        public var sinceSeconds: Int?
        public var timestamps = false

        public init() {}
    }

    /// The server's `meta.k8s.io/v1` Table of a list.
    public typealias Tables =
        @Sendable (ResourceType, _ namespace: String?, ListOptions) async throws(APIStatus) -> JSONValue
    /// Writes the log of an Instance to the last argument, until it ends.
    public typealias Logs =
        @Sendable (ObjectReference, LogOptions, @escaping @Sendable ([UInt8]) -> Void) async throws(APIStatus) -> Void
    /// The plan for a set as it would be after it was applied.
    public typealias Plans = @Sendable (_ set: JSONValue, _ namespace: String) async throws(APIStatus) -> JSONValue

    public var client: any ResourceClient
    /// nil: tables are made here, by the kind's columns.
    public var tables: Tables?
    public var logs: Logs
    public var plan: Plans
    /// The server's `/version`.
    public var version: @Sendable () async throws(APIStatus) -> JSONValue
    /// Ends the connections.
    public var close: @Sendable () -> Void

    public init(
        client: any ResourceClient, tables: Tables? = nil, logs: @escaping Logs, plan: @escaping Plans,
        version: @escaping @Sendable () async throws(APIStatus) -> JSONValue,
        close: @escaping @Sendable () -> Void = {}
    ) {
        self.client = client
        self.tables = tables
        self.logs = logs
        self.plan = plan
        self.version = version
        self.close = close
    }

    /// The name under which immctl owns fields.
    static let fieldManager = "immctl"
}
