/// One run of a program: no shell, no inherited environment, every measure bounded.
public struct ProgramCall: Sendable {
    /// Absolute path of the program.
    public var program: String
    public var arguments: [String]
    /// The whole environment.
    public var environment: [String: String]
    public var directory: String
    /// An open file that the program reads as its standard input, and that the run closes; nil: nothing.
    public var input: OpenFile?
    /// Bytes of standard output; more of them end the program.
    public var outputLimit: Int
    /// Of the whole run.
    public var timeout: Duration
    /// Looked at every few milliseconds while the program runs; true ends it.
    public var isExceeded: (@Sendable () -> Bool)?

    public init(
        _ program: String, _ arguments: [String], environment: [String: String], directory: String,
        input: OpenFile? = nil, outputLimit: Int = 1 << 20, timeout: Duration,
        isExceeded: (@Sendable () -> Bool)? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
        self.outputLimit = outputLimit
        self.timeout = timeout
        self.isExceeded = isExceeded
    }
}

public struct ProgramResult: Sendable {
    /// nil: a signal ended it.
    public var exitCode: Int32?
    public var output: [UInt8]
    /// The end of standard error, at most `ProgramRunner.errorLimit` bytes.
    public var errors: [UInt8]

    public var isSuccess: Bool { exitCode == 0 }
}

/// Why a run has no result. The program and all that it started are gone.
public enum ProgramFailure: Error, Sendable, Hashable {
    /// It could not be started; the text says why.
    case notStarted(String)
    case timedOut
    /// More output than `outputLimit`.
    case outputTooLarge
    /// `ProgramCall.isExceeded` said so.
    case exceeded
    /// The task that waited for it was cancelled.
    case cancelled
}
