internal import Ambient
public import ProviderInterface

extension QEMUProvider {
    /// How long a person's command may take.
    private static var sessionTimeout: Duration { .seconds(3600) }

    /// For a command without input or terminal: the agent brings its output at its end, both streams as one.
    public func open(
        _ handle: InstanceHandle, _ command: InstanceCommand
    ) async throws(ProviderError) -> CommandSession {
        guard !command.hasInput, !command.isTerminal else {
            throw ProviderError(
                .notSupported, "a machine's agent runs commands without input and terminal; leave out -i and -t")
        }
        let outcome = Guarded<ExecResult?>(nil)
        let isRead = Guarded(false)
        return CommandSession(
            next: { () async throws(ProviderError) -> CommandOutput? in
                if outcome.withLock({ $0 }) == nil {
                    let result = try await execute(
                        handle, command: command.command, timeout: QEMUProvider.sessionTimeout)
                    outcome.withLock { $0 = result }
                    if !result.output.isEmpty { return .output(result.output) }
                }
                let isCut = outcome.withLock { ($0?.output.count ?? 0) >= QEMUProvider.outputLimit }
                let wasRead = isRead.withLock { isRead in
                    defer { isRead = true }
                    return isRead
                }
                guard isCut, !wasRead else { return nil }
                return .error(Array("imm: the output was cut after 16 KiB\n".utf8))
            },
            write: { (_) async throws(ProviderError) in
                throw ProviderError(.notSupported, "the command has no input")
            },
            closeInput: {},
            resize: { (_, _) async throws(ProviderError) in
                throw ProviderError(.notSupported, "the command has no terminal")
            },
            exitCode: { () async throws(ProviderError) in
                guard let code = outcome.withLock({ $0?.exitCode }) else {
                    throw ProviderError(.unknownOutcome, "the command's end was not seen")
                }
                return code
            },
            cancel: {})
    }
}
