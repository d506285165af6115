internal import DockerEngine
public import ProviderInterface

extension DockerProvider {
    /// Closing the streams does not end the command: the engine has no call for that.
    public func open(
        _ handle: InstanceHandle, _ command: InstanceCommand
    ) async throws(ProviderError) -> CommandSession {
        guard let container = try await locate(handle) else {
            throw ProviderError(.notFound, "no container of instance \(handle.uid) to run a command in")
        }
        let what = "run a command in container \(container.name)"
        let streams = ExecStreams(
            input: command.hasInput, output: command.hasOutput, error: command.hasError, isTerminal: command.isTerminal)
        let connection = try await engineCall(what) { [engine] () throws(DockerError) in
            try await engine.attachExec(container.id, command: command.command, streams)
        }
        return CommandSession(
            next: { () async throws(ProviderError) in
                let chunk = try await engineCall(what) { () throws(DockerError) in try await connection.next() }
                return chunk.map { $0.source == .standardError ? .error($0.bytes) : .output($0.bytes) }
            },
            write: { (bytes) async throws(ProviderError) in
                try await engineCall(what) { () throws(DockerError) in try await connection.write(bytes) }
            },
            closeInput: { connection.closeInput() },
            resize: { (columns, rows) async throws(ProviderError) in
                try await engineCall(what) { () throws(DockerError) in
                    try await connection.resize(columns: columns, rows: rows)
                }
            },
            exitCode: { () async throws(ProviderError) in
                try await engineCall(what) { () throws(DockerError) in try await connection.exitCode() }
            },
            cancel: { connection.cancel() })
    }
}
