/// A command to run in an instance, and which of its streams are wanted.
public struct InstanceCommand: Sendable, Hashable {
    public var command: [String]
    public var hasInput: Bool
    public var hasOutput: Bool
    public var hasError: Bool
    /// With a terminal, output and error are one stream.
    public var isTerminal: Bool

    public init(
        _ command: [String], hasInput: Bool = false, hasOutput: Bool = true, hasError: Bool = true,
        isTerminal: Bool = false
    ) {
        (self.command, self.hasInput, self.hasOutput) = (command, hasInput, hasOutput)
        (self.hasError, self.isTerminal) = (hasError, isTerminal)
    }
}

/// What a command writes.
public enum CommandOutput: Sendable, Hashable {
    case output([UInt8])
    case error([UInt8])
}

/// A command that runs in an instance. One reader of `next`, one writer.
public struct CommandSession: Sendable {
    private let pull: @Sendable () async throws(ProviderError) -> CommandOutput?
    private let push: @Sendable ([UInt8]) async throws(ProviderError) -> Void
    private let end: @Sendable () -> Void
    private let size: @Sendable (Int, Int) async throws(ProviderError) -> Void
    private let code: @Sendable () async throws(ProviderError) -> Int
    private let stop: @Sendable () -> Void

    public init(
        next: @escaping @Sendable () async throws(ProviderError) -> CommandOutput?,
        write: @escaping @Sendable ([UInt8]) async throws(ProviderError) -> Void,
        closeInput: @escaping @Sendable () -> Void,
        resize: @escaping @Sendable (_ columns: Int, _ rows: Int) async throws(ProviderError) -> Void,
        exitCode: @escaping @Sendable () async throws(ProviderError) -> Int,
        cancel: @escaping @Sendable () -> Void
    ) {
        (pull, push, end, size, code, stop) = (next, write, closeInput, resize, exitCode, cancel)
    }

    /// nil at the end of all output.
    public func next() async throws(ProviderError) -> CommandOutput? { try await pull() }
    public func write(_ bytes: [UInt8]) async throws(ProviderError) { try await push(bytes) }
    public func closeInput() { end() }
    public func resize(columns: Int, rows: Int) async throws(ProviderError) { try await size(columns, rows) }
    /// After the end of the output.
    public func exitCode() async throws(ProviderError) -> Int { try await code() }
    /// Closes the streams. The command itself sees the end of its input and may go on.
    public func cancel() { stop() }
}

extension Provider {
    /// For providers that can run commands to their end only.
    public func open(
        _ handle: InstanceHandle, _ command: InstanceCommand
    ) async throws(ProviderError) -> CommandSession {
        throw ProviderError(.notSupported, "this provider cannot connect the streams of a command in an instance")
    }
}
