public import JSON

/// Versioned objects with a watch, under optimistic concurrency: what every back end of the store implements.
///
/// Contract (checked by `ObjectStoreConformance` for all of them):
/// - One counter for the whole store. Each changed object gets the next version; versions are never used twice, not
///   even after a restore.
/// - A commit is all or nothing, and its objects become visible at once. It returns when what it wrote survives
///   `kill -9` and loss of power.
/// - A put that changes nothing keeps its version, is returned as it stands, and emits nothing.
/// - The store sets `metadata.resourceVersion` in each body it writes; whatever stood there before does not count.
/// - A list is a consistent snapshot with the version it was taken at.
/// - A watch from a retained version delivers every later change, in order, none missed, none twice; from an older
///   one it fails with `.compacted`. At least the last 10 minutes or 100,000 versions are retained.
public protocol VersionedStore: Sendable {
    func get(_ key: ObjectKey) async throws(StoreError) -> StoredObject?

    /// Objects of one resource in key order. `continuation` is what an earlier page returned: the following pages
    /// show the snapshot of the first one; `.compacted` when that is retained no longer.
    func list(_ scope: StoreScope, limit: Int?, continuation: StoreContinuation?) async throws(StoreError) -> StorePage

    /// Applies all mutations or none. The result has one entry a mutation: the object as stored, or as it last was when
    /// deleted (with the version of the deletion).
    ///
    /// - Parameter conditions: on objects as they are before this commit; checked before the mutations' own preconditions, in
    ///   the same transaction. `.unmet` when one does not hold.
    func commit(
        _ mutations: [StoreMutation], given conditions: [StoreCondition]
    ) async throws(StoreError) -> [StoredObject]

    /// Changes after `version`.
    func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch

    /// The newest version that is visible.
    func currentVersion() async throws(StoreError) -> StoreVersion
}

extension VersionedStore {
    /// A commit that depends on nothing else.
    public func commit(_ mutations: [StoreMutation]) async throws(StoreError) -> [StoredObject] {
        try await commit(mutations, given: [])
    }
}

/// The store's counter; decimal on the wire (`resourceVersion`). Never called revision or generation.
public struct StoreVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// From the wire; nil unless it is a plain decimal number.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt64(text) else {
            return nil
        }
        self.value = value
    }

    public static func < (left: StoreVersion, right: StoreVersion) -> Bool { left.value < right.value }
    public var description: String { String(value) }
}

/// Where an object stands: resource (`imm.dev/instancesets`), namespace (empty for cluster-scoped), name.
public struct ObjectKey: Sendable, Hashable, Comparable {
    public let resource: String
    public let namespace: String
    public let name: String

    public init(resource: String, namespace: String, name: String) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.resource, left.namespace, left.name) < (right.resource, right.namespace, right.name)
    }
}

/// One resource, in one namespace or (nil) in all.
public struct StoreScope: Sendable, Hashable {
    public let resource: String
    public let namespace: String?

    public init(resource: String, namespace: String? = nil) {
        self.resource = resource
        self.namespace = namespace
    }

    public func contains(_ key: ObjectKey) -> Bool {
        key.resource == resource && (namespace == nil || key.namespace == namespace)
    }
}

public struct StoreMutation: Sendable {
    public enum Precondition: Sendable, Hashable {
        /// The key must not exist.
        case absent
        /// The object must stand at exactly this version.
        case version(StoreVersion)
        /// The object must exist, at whatever version.
        case present
        case none
    }

    public enum Change: Sendable {
        /// The whole object, a JSON object.
        case put(JSONValue)
        /// A conflict when there is none, whatever the precondition.
        case delete
    }

    public let key: ObjectKey
    public let change: Change
    public let precondition: Precondition

    public init(_ key: ObjectKey, _ change: Change, if precondition: Precondition) {
        self.key = key
        self.change = change
        self.precondition = precondition
    }
}

public struct StorePage: Sendable {
    public let objects: [StoredObject]
    public let version: StoreVersion
    /// nil on the last page.
    public let continuation: StoreContinuation?
    /// How many objects follow this page; nil when unknown.
    public let remaining: Int?

    public init(objects: [StoredObject], version: StoreVersion, continuation: StoreContinuation?, remaining: Int?) {
        self.objects = objects
        self.version = version
        self.continuation = continuation
        self.remaining = remaining
    }
}

/// Where the next page of a list starts, and in which snapshot.
public struct StoreContinuation: Sendable, Hashable {
    public let version: StoreVersion
    public let after: ObjectKey

    public init(version: StoreVersion, after: ObjectKey) {
        self.version = version
        self.after = after
    }
}

public enum StoreEvent: Sendable {
    /// Created (no previous state) or changed. The previous state tells a filtered watcher that an object left its
    /// selection.
    case put(StoredObject, previous: StoredObject?)
    /// The last state, with the version of the deletion.
    case deleted(StoredObject)
    /// Nothing up to this version is still to come.
    case bookmark(StoreVersion)

    public var version: StoreVersion {
        switch self {
        case .put(let object, _), .deleted(let object): object.version
        case .bookmark(let version): version
        }
    }
}

/// A running watch: batches of events, oldest first. Bounded: a watcher that falls too far behind gets `.overrun` and
/// resumes from the last version that it saw; memory never grows with its slowness.
public struct StoreWatch: Sendable {
    private let pull: @Sendable () async throws(StoreError) -> [StoreEvent]?
    private let stop: @Sendable () -> Void

    /// - Parameters:
    ///   - next: the next non-empty batch; nil when the watch was cancelled or the store closed.
    ///   - cancel: frees the watch; idempotent.
    public init(
        next: @escaping @Sendable () async throws(StoreError) -> [StoreEvent]?, cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    /// Waits for events. Cancelling the task ends the wait with nil.
    public func next() async throws(StoreError) -> [StoreEvent]? { try await pull() }
    public func cancel() { stop() }
}

public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// A precondition did not hold; `current` is the version that stands there (nil: no such object).
        case conflict(ObjectKey, current: StoreVersion?)
        /// A condition on another object did not hold; `current` as in `conflict`.
        case unmet(ObjectKey, current: StoreVersion?)
        /// The version asked for is retained no longer.
        case compacted(oldest: StoreVersion)
        /// The version asked for has not been reached yet.
        case future(current: StoreVersion)
        /// The watcher fell too far behind.
        case overrun
        case tooLarge(ObjectKey, bytes: Int, limit: Int)
        case closed
        /// Another process owns the store.
        case locked
        /// The disk: full, unreadable, corrupt.
        case storage
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
