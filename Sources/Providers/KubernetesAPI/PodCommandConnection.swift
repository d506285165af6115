internal import Ambient
internal import HTTPTransport
internal import JSON
internal import WebSocket

/// A command that runs in a Pod. One reader; several may write. Letting go of it closes its streams.
public final class PodCommandConnection: Sendable {
    public enum Output: Sendable, Hashable {
        case output([UInt8])
        case error([UInt8])
    }

    /// The largest message that is taken from a server.
    private static let maxMessageBytes = 4 << 20
    /// Larger inputs are cut into messages of this size.
    private static let messageBytes = 32 << 10

    private let connection: UpgradedConnection
    private let subprotocol: RemoteCommandProtocol
    private let call: String
    private let randomness: any Randomness
    private let reader = Guarded(WebSocketReader(from: .server, maxMessageBytes: PodCommandConnection.maxMessageBytes))
    /// What the error channel said.
    private let status = Guarded<JSONValue?>(nil)

    init(
        _ connection: UpgradedConnection, _ subprotocol: RemoteCommandProtocol, _ call: String,
        _ randomness: any Randomness
    ) {
        (self.connection, self.subprotocol, self.call) = (connection, subprotocol, call)
        self.randomness = randomness
    }

    deinit { connection.cancel() }

    /// What it writes next; nil at the end of all its output.
    public func next() async throws(KubernetesError) -> Output? {
        while true {
            switch try message() {
            case .data(let payload):
                if let output = output(payload) { return output }
            case .ping(let payload): connection.post(frame.pong(payload))
            case .close:
                connection.post(frame.close())
                connection.closeWriting()
                return nil
            case nil:
                guard let bytes = try await received() else { return nil }
                reader.withLock { $0.feed(bytes) }
            }
        }
    }

    public func write(_ bytes: [UInt8]) async throws(KubernetesError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(PodCommandConnection.messageBytes))
            rest = rest.dropFirst(piece.count)
            do throws(HTTPError) {
                try await connection.write(frame.data(RemoteCommandProtocol.message(.stdin, piece)))
            } catch {
                throw KubernetesError(error, call: call, isWrite: true)
            }
        }
    }

    /// The end of its standard input; v4 cannot say it.
    public func closeInput() {
        if let message = subprotocol.endOfInput { connection.post(frame.data(message)) }
    }

    /// The size of its terminal, in characters.
    public func resize(columns: Int, rows: Int) {
        connection.post(frame.data(RemoteCommandProtocol.resize(columns: columns, rows: rows)))
    }

    /// What it exited with; after the end of its output.
    public func exitCode() throws(KubernetesError) -> Int {
        guard let status = status.withLock({ $0 }) else {
            throw KubernetesError(
                .unknownOutcome,
                message: "the connection ended before the command did; whether it still runs is not known",
                call: call)
        }
        if let code = RemoteCommandProtocol.exitCode(in: status) { return code }
        throw KubernetesError(status: status, code: nil, call: call)
    }

    public func cancel() { connection.cancel() }

    /// Each frame has a mask of its own.
    private var frame: WebSocketFrame { .ofClient(mask: UInt32(truncatingIfNeeded: randomness.next())) }

    private func message() throws(KubernetesError) -> WebSocketReader.Message? {
        let (message, flaw): (WebSocketReader.Message?, WebSocketReader.Flaw?) = reader.withLock { reader in
            do throws(WebSocketReader.Flaw) {
                return (try reader.next(), nil)
            } catch {
                return (nil, error)
            }
        }
        guard let flaw else { return message }
        connection.post(frame.close(flaw.code))
        connection.closeWriting()
        throw KubernetesError(
            .malformedAnswer, statusCode: 101,
            message: "the server does not speak websocket as it should: \(flaw.message)",
            call: call)
    }

    /// nil for what is no output.
    private func output(_ payload: [UInt8]) -> Output? {
        guard let first = payload.first, payload.count > 1 else { return nil }
        let bytes = Array(payload.dropFirst())
        switch RemoteCommandProtocol.Channel(rawValue: first) {
        case .stdout: return .output(bytes)
        case .stderr: return .error(bytes)
        case .error:
            status.withLock { $0 = try? JSONValue(parsing: bytes) }
            return nil
        case .stdin, .resize, .close, nil: return nil
        }
    }

    /// nil at the end, in order or not: the status tells which.
    private func received() async throws(KubernetesError) -> [UInt8]? {
        do throws(HTTPError) {
            return try await connection.read()
        } catch {
            // After the status nothing is missing.
            if status.withLock({ $0 != nil }) || error.code == .cancelled { return nil }
            throw KubernetesError(error, call: call, isWrite: true)
        }
    }
}
