public import InfraAPI
public import JSON

/// The verbs of the API, as the controllers and immctl see them: in process over a store (`LocalResourceClient`), or over
/// HTTP (APIClient), with the same errors.
public protocol ResourceClient: Sendable {
    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue
    func list(_ type: ResourceType, in namespace: String?, _ options: ListOptions) async throws(APIStatus) -> ObjectList
    func watch(_ type: ResourceType, in namespace: String?, _ options: WatchOptions) async throws(APIStatus)
        -> ResourceWatch
    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue
    /// Replaces the object (PUT): `metadata.resourceVersion` in the body, if there, must be the stored one. With
    /// `.status` only the status is taken from the body, without it everything else.
    func update(_ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions) async throws(APIStatus)
        -> JSONValue
    /// Server-side apply; `options.fieldManager` is required.
    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue
    /// Server-side apply to an object, or to its status alone (404 when the object is missing then).
    func apply(_ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions) async throws(APIStatus)
        -> JSONValue
    /// JSON merge patch (RFC 7386).
    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue
    /// The object as it stands: with its deletionTimestamp while finalizers are left, or as it last was.
    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue
}

extension ResourceClient {
    /// A client that knows no subresources applies to whole objects.
    public func apply(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        guard let subresource else { return try await apply(object, options) }
        throw APIStatus(
            code: 405, reason: .methodNotAllowed,
            message: "this client does not apply to the subresource \(subresource.rawValue): use a merge patch")
    }
}

public enum Subresource: String, Sendable, Hashable {
    case status, scale
}

public struct ObjectReference: Sendable, Hashable {
    public let type: ResourceType
    public let namespace: String
    public let name: String

    public init(_ type: ResourceType, namespace: String = "", name: String) {
        self.type = type
        self.namespace = namespace
        self.name = name
    }
}

public struct ListOptions: Sendable, Hashable {
    public var labelSelector: String?
    public var fieldSelector: String?
    public var limit: Int?
    public var continuation: String?
    /// The list as it was at exactly this version; 410 when that is kept no longer. Not together with a continuation.
    public var exactVersion: String?

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil, continuation: String? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continuation = continuation
    }
}

public struct ObjectList: Sendable {
    public var items: [JSONValue]
    public var resourceVersion: String
    public var continuation: String?
    public var remainingItemCount: Int?

    public init(
        items: [JSONValue], resourceVersion: String, continuation: String? = nil, remainingItemCount: Int? = nil
    ) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continuation = continuation
        self.remainingItemCount = remainingItemCount
    }
}

public struct WatchOptions: Sendable, Hashable {
    public var labelSelector: String?
    public var fieldSelector: String?
    /// nil or "0": synthetic ADDED events of what is there, then changes.
    public var resourceVersion: String?
    public var allowBookmarks = true
    /// The server ends the watch in order after this time; nil: when it likes.
    public var timeoutSeconds: Int?

    public init(labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: String? = nil) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
    }
}

public enum WatchEvent: Sendable {
    case added(JSONValue)
    case modified(JSONValue)
    case deleted(JSONValue)
    case bookmark(resourceVersion: String)
}

/// A running watch: batches of events. Throws status 410 (Expired) when the client must list again; ends with nil when the
/// server closed the stream in order, and the client resumes from the last version that it saw.
public struct ResourceWatch: Sendable {
    private let pull: @Sendable () async throws(APIStatus) -> [WatchEvent]?
    private let stop: @Sendable () -> Void

    public init(
        next: @escaping @Sendable () async throws(APIStatus) -> [WatchEvent]?, cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    public func next() async throws(APIStatus) -> [WatchEvent]? { try await pull() }
    public func cancel() { stop() }
}

/// How Kubernetes' `fieldValidation` treats unknown and repeated fields.
public enum FieldValidation: String, Sendable, Hashable {
    case strict = "Strict"
    case warn = "Warn"
    case ignore = "Ignore"
}

public struct WriteOptions: Sendable, Hashable {
    public var fieldManager: String?
    public var force = false
    public var dryRun = false
    public var fieldValidation = FieldValidation.strict
    /// Filled with what the write tells besides its result; by clients in process alone.
    public var report: WriteReport?
    /// The term in which the write is made: 409 with `APIStatus.isTermOver` when it is over. See ``LeaderTerm``.
    public var term: LeaderTerm?
    /// Who asks, where a server knows: for records of who did what, never for a decision. Clients over HTTP leave it to
    /// the server that they talk to.
    public var user: String?

    public init(
        fieldManager: String? = nil, force: Bool = false, dryRun: Bool = false,
        fieldValidation: FieldValidation = .strict, report: WriteReport? = nil, term: LeaderTerm? = nil
    ) {
        self.fieldManager = fieldManager
        self.force = force
        self.dryRun = dryRun
        self.fieldValidation = fieldValidation
        self.report = report
        self.term = term
    }
}

public struct DeleteOptions: Sendable, Hashable {
    public enum Propagation: String, Sendable, Hashable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    public var propagation: Propagation?
    public var uid: String?
    public var resourceVersion: String?
    public var dryRun = false
    /// As in ``WriteOptions``.
    public var term: LeaderTerm?

    public init(
        propagation: Propagation? = nil, uid: String? = nil, resourceVersion: String? = nil, dryRun: Bool = false,
        term: LeaderTerm? = nil
    ) {
        self.propagation = propagation
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.dryRun = dryRun
        self.term = term
    }
}
