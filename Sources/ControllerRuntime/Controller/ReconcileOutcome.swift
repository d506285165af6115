/// How a reconcile ended.
public enum ReconcileOutcome: Sendable {
    /// Nothing is left to do until something changes.
    case done
    /// Look again after this time, even if nothing changes; after 1 ms at the earliest.
    case requeue(after: Duration)
    /// Try again with a back-off that grows with each failure of the key in a row.
    case failed(any Error)
}

/// What a controller has done so far, and what is before it.
public struct ControllerCounters: Sendable, Hashable {
    public var done = 0
    public var requeued = 0
    public var failed = 0
    /// Keys that failed at their last reconcile.
    public var failing = 0
    public var ready = 0
    public var processing = 0
    public var delayed = 0

    public init() {}
}
