/// The bounds of the server. Everything that grows with what clients send has one.
public struct APIServerLimits: Sendable, Hashable {
    /// The largest request body, in bytes (413 beyond); 3 MiB as in Kubernetes.
    public var maxBodyBytes = 3 << 20

    /// Arrays and objects inside one another in a request body.
    public var maxJSONDepth = 128

    /// All header fields of a request together, in bytes.
    public var maxHeaderBytes = 64 << 10

    public var maxHeaderFields = 128

    /// Connections at once, on each of the listeners; further ones wait in the listen queue. A watch holds its
    /// connection. Each has a file descriptor: the daemon lowers this where the system allows fewer.
    public var maxConnections = 12_000

    /// How long the headers of a request may take from its first byte, and those of a connection's first request from
    /// the beginning, with the TLS handshake (408 beyond).
    public var requestHeadTimeout: Duration = .seconds(30)

    /// How long the body of a request may take from the end of its headers (408 beyond).
    public var requestBodyTimeout: Duration = .seconds(60)

    /// How long a connection may stay without a request, or within an unfinished one.
    public var idleTimeout: Duration = .seconds(300)

    /// How long a client may leave what was sent to it unread before its connection is closed.
    public var writeStallTimeout: Duration = .seconds(30)

    /// Watches without `timeoutSeconds` are ended, in order, after a random time between this and twice this, so that
    /// their clients do not all come back at once.
    public var defaultWatchDuration: Duration = .seconds(1800)

    /// Commands that run by exec at once, for all clients together (429 beyond).
    public var maxExecSessions = 64

    /// The largest message of an exec's websocket, in bytes.
    public var maxExecMessageBytes = 1 << 20

    /// The largest body of a webhook's delivery, in bytes (413 beyond). It is read before anything is known of the sender.
    public var maxWebhookBodyBytes = 5 << 20

    /// Deliveries that are read and checked at once, for all sources together (429 beyond): this many bodies stand in memory.
    public var maxWebhooksAtOnce = 16

    /// Signed deliveries that a source takes within a minute (429 beyond); its interval goes on whatever comes.
    public var maxWebhooksPerMinute = 60

    public init() {}
}
