import Ambient
import HTTPTransport
import JSON
import ResourceAPI
import WebSocket

/// The client's end of a command that runs in an instance. One reader; several may write.
final class RemoteSession: ExecSession {
    /// The largest message that is taken from a server; those of imm have at most 32 KiB.
    private static let maxMessageBytes = 4 << 20
    /// Larger inputs are cut into messages of this size.
    private static let messageBytes = 32 << 10

    private let connection: UpgradedConnection
    private let subprotocol: RemoteCommandProtocol
    private let location: ServerLocation
    private let randomness: any Randomness
    private let reader = Guarded(WebSocketReader(from: .server, maxMessageBytes: RemoteSession.maxMessageBytes))
    /// What the error channel said.
    private let status = Guarded<JSONValue?>(nil)

    init(
        _ connection: UpgradedConnection, _ subprotocol: RemoteCommandProtocol, at location: ServerLocation,
        randomness: any Randomness
    ) {
        (self.connection, self.subprotocol) = (connection, subprotocol)
        (self.location, self.randomness) = (location, randomness)
    }

    deinit { connection.cancel() }

    func next() async throws(APIStatus) -> ExecOutput? {
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

    func write(_ bytes: [UInt8]) async throws(APIStatus) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(RemoteSession.messageBytes))
            rest = rest.dropFirst(piece.count)
            do throws(HTTPError) {
                try await connection.write(frame.data(RemoteCommandProtocol.message(.stdin, piece)))
            } catch {
                throw APIStatus(error, at: location, isWrite: false)
            }
        }
    }

    func closeInput() {
        if let message = subprotocol.endOfInput { connection.post(frame.data(message)) }
    }

    func resize(columns: Int, rows: Int) async throws(APIStatus) {
        connection.post(frame.data(RemoteCommandProtocol.resize(columns: columns, rows: rows)))
    }

    func exitCode() async throws(APIStatus) -> Int {
        guard let status = status.withLock({ $0 }) else {
            throw APIStatus(
                code: 0, reason: .unreachable,
                message:
                    "the connection to \(location) ended before the command did; whether it still runs is not known")
        }
        if let code = RemoteCommandProtocol.exitCode(in: status) { return code }
        throw APIStatus(json: status)
            ?? APIStatus(code: 500, reason: .internalError, message: "\(location) does not say how the command ended")
    }

    func cancel() { connection.cancel() }

    /// Each frame has a mask of its own.
    private var frame: WebSocketFrame { .ofClient(mask: UInt32(truncatingIfNeeded: randomness.next())) }

    private func message() throws(APIStatus) -> WebSocketReader.Message? {
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
        throw APIStatus(
            code: 101, reason: .internalError,
            message: "\(location) does not speak websocket as it should: \(flaw.message)")
    }

    /// nil for what is no output.
    private func output(_ payload: [UInt8]) -> ExecOutput? {
        guard let first = payload.first, payload.count > 1 else { return nil }
        let bytes = Array(payload.dropFirst())
        switch RemoteCommandProtocol.Channel(rawValue: first) {
        case .stdout: return .stdout(bytes)
        case .stderr: return .stderr(bytes)
        case .error:
            status.withLock { $0 = try? JSONValue(parsing: bytes) }
            return nil
        case .stdin, .resize, .close, nil: return nil
        }
    }

    /// nil at the end, in order or not: the status tells which.
    private func received() async throws(APIStatus) -> [UInt8]? {
        do throws(HTTPError) {
            return try await connection.read()
        } catch {
            // After the status nothing is missing.
            if status.withLock({ $0 != nil }) || error.code == .cancelled { return nil }
            throw APIStatus(error, at: location, isWrite: true)
        }
    }
}
