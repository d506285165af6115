/// The bounds of one transport. Everything that grows with what the other side sends has one.
public struct HTTPLimits: Sendable, Hashable {
    /// Connections at once; further requests wait for one. Streams hold theirs while they last.
    public var maxConnections: Int

    /// Idle connections that are kept for reuse.
    public var maxIdleConnections: Int

    /// The largest body that `send` accepts in a response, in bytes.
    public var maxResponseBytes: Int

    /// The largest body of a request, in bytes.
    public var maxRequestBytes: Int

    /// The largest head (status line and headers) of a response, in bytes.
    public var maxHeadBytes: Int

    /// How much of a streamed body is held for a slow reader, in bytes (plus one chunk of at most 64 KiB). When it is
    /// full, the connection is no longer read.
    public var streamBufferBytes: Int

    public var connectTimeout: Duration

    /// For requests that name no timeout of their own.
    public var requestTimeout: Duration

    public init(
        maxConnections: Int = 256, maxIdleConnections: Int = 32, maxResponseBytes: Int = 64 << 20,
        maxRequestBytes: Int = 64 << 20, maxHeadBytes: Int = 64 << 10, streamBufferBytes: Int = 256 << 10,
        connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(60)
    ) {
        self.maxConnections = maxConnections
        self.maxIdleConnections = maxIdleConnections
        self.maxResponseBytes = maxResponseBytes
        self.maxRequestBytes = maxRequestBytes
        self.maxHeadBytes = maxHeadBytes
        self.streamBufferBytes = streamBufferBytes
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
    }
}
