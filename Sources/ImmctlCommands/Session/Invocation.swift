public import Ambient

/// What a command is handed instead of asking the system.
public struct Invocation: Sendable {
    public var program: Program
    public var console: Console
    /// For a command that runs elsewhere.
    public var streams: ByteStreams
    public var environment: Environment
    public var surroundings: Surroundings
    /// Runs another program on this terminal, and returns its exit status: an editor, a program for differences.
    public var launch: @Sendable (_ words: [String]) async throws(CommandFailure) -> Int32
    /// Makes a connection; the server is not asked anything yet.
    public var connect: @Sendable (ServerAddress) throws(CommandFailure) -> Session

    public init(
        program: Program = .immctl, console: Console, streams: ByteStreams = .none, environment: Environment,
        surroundings: Surroundings,
        launch: @escaping @Sendable (_ words: [String]) async throws(CommandFailure) -> Int32 = ProgramLauncher.run,
        connect: @escaping @Sendable (ServerAddress) throws(CommandFailure) -> Session
    ) {
        self.program = program
        self.console = console
        self.console.program = program
        self.streams = streams
        self.environment = environment
        self.surroundings = surroundings
        self.launch = launch
        self.connect = connect
    }

    var time: any TimeSource { surroundings.time }
    var now: Timestamp { surroundings.time.now }
    var uptime: Duration { surroundings.time.uptime }
}
