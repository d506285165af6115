public import Ambient
public import InfraAPI
public import JSON
public import ResourceAPI

/// A connection to one server: the verbs, and what the server offers beyond them.
///
/// Values and closures instead of one more protocol, so that tests run on a `LocalResourceClient` in process.
public struct Session: Sendable {
    /// The server's `meta.k8s.io/v1` Table of a list.
    public typealias Tables =
        @Sendable (ResourceType, _ namespace: String?, ListOptions) async throws(APIStatus) -> JSONValue
    /// The log of an Instance.
    public typealias Logs = @Sendable (ObjectReference, LogRequest) async throws(APIStatus) -> LogText
    /// A command in an Instance; the random numbers are for the connection.
    public typealias Exec =
        @Sendable (ObjectReference, ExecRequest, any Randomness) async throws(APIStatus) -> any ExecSession
    public typealias Raw = @Sendable (_ path: String, _ body: JSONValue?) async throws(APIStatus) -> [UInt8]
    /// The plan for a set as it would be after it was applied.
    public typealias Plans = @Sendable (_ set: JSONValue) async throws(APIStatus) -> JSONValue

    /// The disk images of a Provider.
    public typealias Images =
        @Sendable (_ provider: ObjectReference, DiskImageRequest) async throws(APIStatus) -> JSONValue

    public var client: any ResourceClient
    /// nil: tables are made here, by the kind's columns.
    public var tables: Tables?
    public var logs: Logs
    public var exec: Exec
    public var plan: Plans
    public var images: Images
    /// The server's `/version`.
    public var version: @Sendable () async throws(APIStatus) -> JSONValue
    /// The body of the server's answer at a path with its query: to POST of a body, else to GET.
    public var raw: Raw
    /// Ends the connections.
    public var close: @Sendable () -> Void

    public init(
        client: any ResourceClient, tables: Tables? = nil, logs: @escaping Logs, exec: @escaping Exec,
        plan: @escaping Plans, images: @escaping Images,
        version: @escaping @Sendable () async throws(APIStatus) -> JSONValue, raw: @escaping Raw,
        close: @escaping @Sendable () -> Void = {}
    ) {
        self.client = client
        self.tables = tables
        self.logs = logs
        self.exec = exec
        self.plan = plan
        self.images = images
        self.version = version
        self.raw = raw
        self.close = close
    }

    /// The name under which immctl owns fields.
    static let fieldManager = "immctl"
}
