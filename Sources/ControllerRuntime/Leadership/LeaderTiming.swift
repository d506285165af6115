/// How long a leader may be silent, and how often everybody tries.
public struct LeaderTiming: Sendable, Hashable {
    /// How long a candidate has to see no change of the record before it takes over.
    public var duration: Duration
    /// The holder stops when it could not renew for this long; below `duration`.
    public var renewDeadline: Duration
    /// Between two renewals of the holder.
    public var renewPeriod: Duration
    /// Between two tries of a candidate, and of a holder whose renewal failed.
    public var retryPeriod: Duration

    public init(
        duration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        renewPeriod: Duration = .seconds(4), retryPeriod: Duration = .seconds(2)
    ) {
        self.duration = duration
        self.renewDeadline = renewDeadline
        self.renewPeriod = renewPeriod
        self.retryPeriod = retryPeriod
    }
}
