/// Where a command reads and writes, as values and closures, so that tests hold both ends.
public struct Console: Sendable {
    /// Writes text to the standard output as it is.
    public var output: @Sendable (String) -> Void
    /// Writes text to the standard error as it is.
    public var errors: @Sendable (String) -> Void
    /// Everything on the standard input.
    public var input: @Sendable () throws(CommandFailure) -> [UInt8]
    /// The line that a person types at a prompt; nil: nobody is there to ask, since the standard input is no terminal.
    public var answer: @Sendable (_ prompt: String) -> String? = { _ in nil }
    /// Whether the standard output is a terminal that understands ANSI sequences.
    public var isTerminal: Bool
    /// Columns of the terminal; 80 when it is none.
    public var width: Int
    /// Colours for the standard output and the standard error.
    public var outputStyle: TextStyle
    public var errorStyle: TextStyle
    /// Whose name stands in what is told to do.
    var program = Program.immctl

    public init(
        output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void,
        input: @escaping @Sendable () throws(CommandFailure) -> [UInt8], isTerminal: Bool = false, width: Int = 80,
        outputStyle: TextStyle = .plain, errorStyle: TextStyle = .plain
    ) {
        self.output = output
        self.errors = errors
        self.input = input
        self.isTerminal = isTerminal
        self.width = width
        self.outputStyle = outputStyle
        self.errorStyle = errorStyle
    }

    func print(_ line: String) { output(line + "\n") }

    func note(_ line: String) { errors(line + "\n") }

    func report(_ failure: CommandFailure) {
        errors(errorStyle.paint("error:", .red) + " \(program.naming(failure.message))\n")
        for hint in failure.hints { errors(errorStyle.paint("hint:", .cyan) + " \(program.naming(hint))\n") }
    }

    func warn(_ message: String) { errors(errorStyle.paint("warning:", .yellow) + " \(message)\n") }
}
