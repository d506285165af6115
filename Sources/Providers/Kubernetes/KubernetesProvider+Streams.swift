internal import Ambient
internal import InfraAPI
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    /// The most output of a command that is returned, in bytes.
    static var outputLimit: Int { 16 << 10 }

    public func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        guard let pod = try await locate(handle) else {
            throw ProviderError(.notFound, "no Pod of instance \(handle.uid), so there are no logs")
        }
        var wanted = PodLogOptions()
        wanted.container = ObjectNames.container
        wanted.follow = options.follow
        wanted.tailLines = options.tail
        wanted.sinceTime = options.since?.rfc3339Micro
        wanted.timestamps = options.timestamps
        let (sent, what) = (wanted, "read the logs of Pod \(pod.namespace)/\(pod.name)")
        let log = try await call(what) { () throws(KubernetesError) in try await api.log(pod.reference, sent) }
        return LogStream(
            next: { () async throws(ProviderError) in
                try await self.call(what) { () throws(KubernetesError) in try await log.next() }
            },
            cancel: { log.cancel() })
    }

    public func open(
        _ handle: InstanceHandle, _ command: InstanceCommand
    ) async throws(ProviderError) -> CommandSession {
        let (connection, what) = try await connect(
            handle,
            PodCommand(
                command.command, container: ObjectNames.container, hasInput: command.hasInput,
                hasOutput: command.hasOutput, hasError: command.hasError, isTerminal: command.isTerminal))
        return CommandSession(
            next: { () async throws(ProviderError) in
                switch try await self.call(what, { () throws(KubernetesError) in try await connection.next() }) {
                case .output(let bytes): .output(bytes)
                case .error(let bytes): .error(bytes)
                case nil: nil
                }
            },
            write: { (bytes) async throws(ProviderError) in
                try await self.call(what) { () throws(KubernetesError) in try await connection.write(bytes) }
            },
            closeInput: { connection.closeInput() },
            resize: { (columns, rows) async throws(ProviderError) in connection.resize(columns: columns, rows: rows) },
            exitCode: { () async throws(ProviderError) in
                try await self.call(what) { () throws(KubernetesError) in try connection.exitCode() }
            },
            cancel: { connection.cancel() })
    }

    /// A command that does not end in time is cut off from its streams, and may run on in its instance. That is thrown as
    /// `unknownOutcome`.
    public func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        let (connection, what) = try await connect(handle, PodCommand(command, container: ObjectNames.container))
        defer { connection.cancel() }
        let time = surroundings.time
        let outcome = await withTaskGroup(of: CommandOutcome?.self) { group in
            group.addTask { await self.run(connection, what) }
            group.addTask {
                try? await time.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let outcome { return try outcome.result.get() }
        if Task.isCancelled { throw ProviderError(.cancelled, "\(what): cancelled") }
        throw ProviderError(.unknownOutcome, "\(what): it did not end within \(timeout)")
    }

    private func run(_ connection: PodCommandConnection, _ what: String) async -> CommandOutcome {
        do throws(ProviderError) {
            var output: [UInt8] = []
            while let chunk = try await call(what, { () throws(KubernetesError) in try await connection.next() }) {
                let bytes =
                    switch chunk {
                    case .output(let bytes), .error(let bytes): bytes
                    }
                // What goes beyond the limit is read and dropped, so that the command can end.
                output += bytes.prefix(KubernetesProvider.outputLimit - output.count)
            }
            let code = try await call(what) { () throws(KubernetesError) in try connection.exitCode() }
            return CommandOutcome(.success(ExecResult(exitCode: code, output: output)))
        } catch {
            return CommandOutcome(.failure(error))
        }
    }

    private func connect(
        _ handle: InstanceHandle, _ command: PodCommand
    ) async throws(ProviderError) -> (PodCommandConnection, String) {
        guard let pod = try await locate(handle) else {
            throw ProviderError(.notFound, "no Pod of instance \(handle.uid) to run a command in")
        }
        let what = "run a command in Pod \(pod.namespace)/\(pod.name)"
        let connection = try await call(what) { () throws(KubernetesError) in
            try await api.exec(pod.reference, command, randomness: surroundings.randomness)
        }
        return (connection, what)
    }
}

/// The end of a command. A class: optimised code of Swift 6.3 leaves a large value out of a child task unwritten.
private final class CommandOutcome: Sendable {
    let result: Result<ExecResult, ProviderError>

    init(_ result: Result<ExecResult, ProviderError>) { self.result = result }
}
