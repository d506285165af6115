public import Ambient

/// What a command is handed instead of asking the system.
public struct Invocation: Sendable {
    public var console: Console
    public var environment: Environment
    public var surroundings: Surroundings
    /// Makes a connection; the server is not asked anything yet.
    public var connect: @Sendable (ServerAddress) throws(CommandFailure) -> Session

    public init(
        console: Console, environment: Environment, surroundings: Surroundings,
        connect: @escaping @Sendable (ServerAddress) throws(CommandFailure) -> Session
    ) {
        self.console = console
        self.environment = environment
        self.surroundings = surroundings
        self.connect = connect
    }

    var time: any TimeSource { surroundings.time }
    var now: Timestamp { surroundings.time.now }
    var uptime: Duration { surroundings.time.uptime }
}
