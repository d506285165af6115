public import InfraAPI

/// Where the server listens, and what it says of itself.
public struct APIServerConfiguration: Sendable {
    /// The unix socket: made with mode 0600, its directory with 0700 if missing; at most 103 bytes.
    public var socketPath: String

    /// TCP with TLS besides the socket; nil: the socket alone.
    public var tls: TLSListener?

    /// The version of imm, a semantic version without a leading `v`; shown under `/version`.
    public var immVersion: String

    /// Whether Instances can be read as Pods under `/api/v1`.
    public var servesPodsView: Bool

    /// The kinds that are served; the client must know them too.
    public var kinds: KindTable

    public var limits: APIServerLimits

    public init(
        socketPath: String, tls: TLSListener? = nil, immVersion: String, servesPodsView: Bool = true,
        kinds: KindTable = .standard, limits: APIServerLimits = APIServerLimits()
    ) {
        self.socketPath = socketPath
        self.tls = tls
        self.immVersion = immVersion
        self.servesPodsView = servesPodsView
        self.kinds = kinds
        self.limits = limits
    }
}
