public import Ambient
internal import HTTPTransport
internal import JSON

/// What `GET /containers/{id}/logs` sends.
public struct ContainerLogOptions: Sendable, Hashable {
    public var follow = false
    /// Last lines; nil is all.
    public var tail: Int?
    public var since: Timestamp?
    public var timestamps = false

    public init() {}
}

/// How a command in a container ended.
public struct ExecOutcome: Sendable, Hashable {
    public let exitCode: Int
    /// Standard output and error in the order of the engine, cut off at the limit that was given.
    public let output: [UInt8]
}

extension DockerEngine {
    /// What the container wrote; with `follow` until it ends.
    public func containerLogs(
        _ id: String, _ options: ContainerLogOptions
    ) async throws(DockerError) -> EngineStream<OutputChunk> {
        var query = [("stdout", "1"), ("stderr", "1"), ("follow", options.follow ? "1" : "0")]
        query.append(("timestamps", options.timestamps ? "1" : "0"))
        query.append(("tail", options.tail.map(String.init) ?? "all"))
        if let since = options.since { query.append(("since", since.engineTime)) }
        return try await stream(container(.get, id, "/logs", query: query), OutputDecoder())
    }

    /// Prepares a command in a running container, and returns the id to start it with.
    public func createExec(
        _ id: String, command: [String], _ streams: ExecStreams = ExecStreams()
    ) async throws(DockerError) -> String {
        let body: JSONValue = [
            "AttachStdin": .bool(streams.input), "AttachStdout": .bool(streams.output),
            "AttachStderr": .bool(streams.error && !streams.isTerminal), "Tty": .bool(streams.isTerminal),
            "Cmd": .array(command.map { .string($0) }),
        ]
        let call = try container(.post, id, "/exec").carrying(body)
        let execID = try await json(call).text("Id")
        guard !execID.isEmpty else { throw .malformed("no Id in the answer", call: call) }
        return execID
    }

    /// Runs a prepared command; its output ends when it does. Let go of it and the command runs on.
    public func startExec(
        _ execID: String, timeout: Duration? = nil
    ) async throws(DockerError) -> EngineStream<OutputChunk> {
        let path = try "/exec/\(DockerEngine.segment(execID, of: "command"))/start"
        let call = EngineCall(.post, path, timeout: timeout).carrying(["Detach": false, "Tty": false])
        return try await stream(call, OutputDecoder())
    }

    /// The exit code; nil while it runs.
    public func inspectExec(_ execID: String) async throws(DockerError) -> Int? {
        let path = try "/exec/\(DockerEngine.segment(execID, of: "command"))/json"
        let json = try await json(EngineCall(.get, path))
        if json["Running"]?.boolValue == true { return nil }
        return json["ExitCode"]?.intValue.map { Int($0) }
    }

    /// Runs a command to its end. Output beyond `outputLimit` bytes is read and dropped, so that the command can end.
    public func execute(
        _ id: String, command: [String], outputLimit: Int
    ) async throws(DockerError) -> ExecOutcome {
        let execID = try await createExec(id, command: command)
        let stream = try await startExec(execID)
        defer { stream.cancel() }
        var output: [UInt8] = []
        while let chunk = try await stream.next() {
            output += chunk.bytes.prefix(outputLimit - output.count)
        }
        return ExecOutcome(exitCode: try await exitCode(ofExec: execID), output: output)
    }

    /// The exit code of a command whose output has ended, which may be a moment before the engine has noted the code.
    func exitCode(ofExec execID: String) async throws(DockerError) -> Int {
        for _ in 0..<400 {
            if let exitCode = try await inspectExec(execID) { return exitCode }
            do {
                try await time.sleep(for: .milliseconds(5))
            } catch {
                break
            }
        }
        throw DockerError(
            kind: .malformedAnswer, engineMessage: "the command's output ended, but the engine names no exit code",
            call: "GET /exec/{id}/json", mayHaveHappened: true)
    }
}

extension Timestamp {
    /// Seconds and a fraction since the epoch, as the engine's `since` and `until` take them.
    var engineTime: String {
        let fraction = String(1_000_000 + microsecondsSinceEpoch % 1_000_000).dropFirst()
        return "\(microsecondsSinceEpoch / 1_000_000).\(fraction)000"
    }
}
