/// Where the server listens, and what it says of itself.
public struct APIServerConfiguration: Sendable {
    /// The unix socket: made with mode 0600, its directory with 0700 if missing; at most 103 bytes.
    public var socketPath: String

    /// The version of imm, a semantic version without a leading `v`; shown under `/version`.
    public var immVersion: String

    public var limits: APIServerLimits

    public init(socketPath: String, immVersion: String, limits: APIServerLimits = APIServerLimits()) {
        self.socketPath = socketPath
        self.immVersion = immVersion
        self.limits = limits
    }
}
