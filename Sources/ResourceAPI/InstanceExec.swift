/// The parameters of an exec request, named as those of Kubernetes' `PodExecOptions`.
public struct ExecRequest: Sendable, Hashable {
    public var command: [String]
    public var stdin: Bool
    public var stdout: Bool
    public var stderr: Bool
    /// With a terminal; stdout and stderr are one then.
    public var tty: Bool

    public init(command: [String], stdin: Bool = false, stdout: Bool = true, stderr: Bool = true, tty: Bool = false) {
        (self.command, self.stdin, self.stdout, self.stderr, self.tty) = (command, stdin, stdout, stderr, tty)
    }
}

/// A command that runs in an instance, as a client of the API sees it.
public protocol ExecSession: Sendable {
    /// nil at the end of all output.
    func next() async throws(APIStatus) -> ExecOutput?
    func write(_ bytes: [UInt8]) async throws(APIStatus)
    /// The end of stdin.
    func closeInput()
    func resize(columns: Int, rows: Int) async throws(APIStatus)
    /// After the end of the output.
    func exitCode() async throws(APIStatus) -> Int
    /// Closes the streams; the command itself may go on.
    func cancel()
}

/// What a command writes.
public enum ExecOutput: Sendable, Hashable {
    case stdout([UInt8])
    case stderr([UInt8])
}
