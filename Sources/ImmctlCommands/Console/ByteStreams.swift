/// The standard streams as bytes, and the terminal that they may be: what a command that runs elsewhere is connected to.
public struct ByteStreams: Sendable {
    public struct Size: Sendable, Hashable {
        public var columns: Int
        public var rows: Int

        public init(columns: Int, rows: Int) { (self.columns, self.rows) = (columns, rows) }
    }

    /// What the system tells meanwhile.
    public enum Event: Sendable, Hashable {
        case resized
        /// The process is asked to end.
        case terminated
    }

    /// Whether the standard input is a terminal.
    public var isTerminal: Bool
    /// The next bytes of the standard input; nil at its end, and soon after the task is cancelled.
    public var input: @Sendable () async -> [UInt8]?
    public var output: @Sendable ([UInt8]) -> Void
    public var errors: @Sendable ([UInt8]) -> Void
    /// Of the terminal; nil when it is not known.
    public var size: @Sendable () -> Size?
    /// Passes every key on as it is pressed.
    ///
    /// - Returns: what puts the terminal back as it was.
    public var makeRaw: @Sendable () throws(CommandFailure) -> @Sendable () -> Void
    /// Calls back until the task is cancelled.
    public var events: @Sendable (_ tell: @Sendable (Event) async -> Void) async -> Void

    public init(
        isTerminal: Bool = false, input: @escaping @Sendable () async -> [UInt8]?,
        output: @escaping @Sendable ([UInt8]) -> Void, errors: @escaping @Sendable ([UInt8]) -> Void,
        size: @escaping @Sendable () -> Size? = { nil },
        makeRaw: @escaping @Sendable () throws(CommandFailure) -> @Sendable () -> Void = { {} },
        events: @escaping @Sendable (_ tell: @Sendable (Event) async -> Void) async -> Void = { _ in }
    ) {
        (self.isTerminal, self.input, self.output, self.errors) = (isTerminal, input, output, errors)
        (self.size, self.makeRaw, self.events) = (size, makeRaw, events)
    }

    /// No input, and output that nobody reads.
    public static let none = ByteStreams(input: { nil }, output: { _ in }, errors: { _ in })
}
