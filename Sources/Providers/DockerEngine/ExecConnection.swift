internal import Ambient
internal import HTTPTransport
internal import JSON

/// Which streams of a command are connected.
public struct ExecStreams: Sendable, Hashable {
    public var input: Bool
    public var output: Bool
    public var error: Bool
    /// Output and error are one stream then, of a terminal.
    public var isTerminal: Bool

    public init(input: Bool = false, output: Bool = true, error: Bool = true, isTerminal: Bool = false) {
        (self.input, self.output, self.error, self.isTerminal) = (input, output, error, isTerminal)
    }
}

/// A command that runs in a container, with its streams. One reader, one writer; letting go of it closes the streams, and
/// the command gets the end of its input.
public final class ExecConnection: Sendable {
    private let engine: DockerEngine
    private let execID: String
    private let connection: UpgradedConnection
    private let label: EngineCall
    /// nil: a terminal's bytes, which are not in frames.
    private let decoder: Guarded<OutputDecoder>?

    init(_ engine: DockerEngine, _ execID: String, _ connection: UpgradedConnection, _ call: EngineCall, isRaw: Bool) {
        (self.engine, self.execID, self.connection, label) = (engine, execID, connection, call)
        decoder = isRaw ? nil : Guarded(OutputDecoder())
    }

    deinit { connection.cancel() }

    /// What it writes next; nil at the end of all its output.
    public func next() async throws(DockerError) -> OutputChunk? {
        while true {
            if let chunk = try decoded(atEnd: false) { return chunk }
            let bytes: [UInt8]?
            do throws(HTTPError) {
                bytes = try await connection.read()
            } catch {
                throw DockerError(error, call: label)
            }
            guard let decoder else { return bytes.map { OutputChunk(source: .standardOutput, bytes: $0) } }
            guard let bytes else { return try decoded(atEnd: true) }
            decoder.withLock { $0.feed(bytes) }
        }
    }

    private func decoded(atEnd: Bool) throws(DockerError) -> OutputChunk? {
        guard let decoder else { return nil }
        do throws(StreamFlaw) {
            return try decoder.withLock { decoder throws(StreamFlaw) -> OutputChunk? in
                atEnd ? try decoder.last() : try decoder.next()
            }
        } catch {
            throw .malformed(error.message, call: label)
        }
    }

    /// Writes to its standard input.
    public func write(_ bytes: [UInt8]) async throws(DockerError) {
        do throws(HTTPError) {
            try await connection.write(bytes)
        } catch {
            throw DockerError(error, call: label)
        }
    }

    /// The end of its standard input.
    public func closeInput() { connection.closeWriting() }

    /// The size of its terminal, in characters.
    public func resize(columns: Int, rows: Int) async throws(DockerError) {
        try await engine.resizeExec(execID, columns: columns, rows: rows)
    }

    /// What it exited with; after the end of its output.
    public func exitCode() async throws(DockerError) -> Int { try await engine.exitCode(ofExec: execID) }

    public func cancel() { connection.cancel() }
}

extension DockerEngine {
    /// Runs a command in a running container with its streams connected. `notFound`, `conflict`: no such container, or it
    /// does not run.
    public func attachExec(
        _ id: String, command: [String], _ streams: ExecStreams
    ) async throws(DockerError) -> ExecConnection {
        let execID = try await createExec(id, command: command, streams)
        let path = try "/exec/\(DockerEngine.segment(execID, of: "command"))/start"
        let call = EngineCall(.post, path).carrying(["Detach": false, "Tty": .bool(streams.isTerminal)])
        return ExecConnection(self, execID, try await upgrade(call), call, isRaw: streams.isTerminal)
    }

    func resizeExec(_ execID: String, columns: Int, rows: Int) async throws(DockerError) {
        let path = try "/exec/\(DockerEngine.segment(execID, of: "command"))/resize"
        _ = try await send(EngineCall(.post, path, query: [("w", String(columns)), ("h", String(rows))]))
    }
}
