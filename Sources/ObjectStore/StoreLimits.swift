/// What a store keeps, and for how long. The defaults are the contract of ``VersionedStore``.
public struct StoreLimits: Sendable {
    /// A change leaves the history when it is older than this …
    public var retainedAge: Duration = .seconds(600)
    /// … or when this many newer ones exist.
    public var retainedVersions = 100_000

    /// How many changes of its resource a watcher may be behind, once it had caught up, before it gets `.overrun`.
    public var watchBuffer = 4_096
    /// Events in one batch of a watch.
    public var watchBatch = 512
    /// A watcher without events gets a bookmark when the store has moved this far, …
    public var bookmarkVersions: UInt64 = 1_000
    /// … or has moved at all and this time has passed since the last ones.
    public var bookmarkInterval: Duration = .seconds(60)

    /// 1.5 MiB: what etcd accepts in one request, and what our manifests may say of one object.
    public var maximumObjectBytes = 3 << 19

    public init() {}
}
