/// The parameters of a log request, named as those of Kubernetes' `PodLogOptions`.
public struct LogRequest: Sendable, Hashable {
    /// Go on with what is written from now on, until the client leaves.
    public var follow: Bool
    /// Only the last lines; nil: all.
    public var tailLines: Int?
    /// Only what is younger; nil: all.
    public var sinceSeconds: Int?
    /// Begin each line with the time of its writing (RFC 3339).
    public var timestamps: Bool

    public init(follow: Bool = false, tailLines: Int? = nil, sinceSeconds: Int? = nil, timestamps: Bool = false) {
        self.follow = follow
        self.tailLines = tailLines
        self.sinceSeconds = sinceSeconds
        self.timestamps = timestamps
    }
}

/// A log as it is read: chunks of text. `next` returns nil at the end, and soon after `cancel`.
public struct LogText: Sendable {
    private let pull: @Sendable () async throws(APIStatus) -> [UInt8]?
    private let stop: @Sendable () -> Void

    public init(
        next: @escaping @Sendable () async throws(APIStatus) -> [UInt8]?, cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    public func next() async throws(APIStatus) -> [UInt8]? { try await pull() }
    public func cancel() { stop() }
}
