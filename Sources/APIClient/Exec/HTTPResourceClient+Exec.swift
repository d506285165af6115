public import Ambient
import HTTPTransport
import InfraAPI
public import ResourceAPI
import WebSocket

extension HTTPResourceClient {
    /// Runs a command in an Instance, over a websocket of its own.
    ///
    /// - Parameter randomness: for the websocket's key and masks (RFC 6455, 10.3).
    /// - Throws: 403 without `create` on `instances/exec`; whatever the server says of the instance and the command.
    public func exec(
        _ instance: ObjectReference, _ wanted: ExecRequest, randomness: any Randomness
    ) async throws(APIStatus) -> any ExecSession {
        var path = RequestPath(instance, subresource: "exec")
        for word in wanted.command { path.add("command", word) }
        path.add("stdin", wanted.stdin)
        path.add("stdout", wanted.stdout)
        path.add("stderr", wanted.stderr)
        path.add("tty", wanted.tty)
        let bits = [randomness.next(), randomness.next()]
        let key = Base64.encode(
            bits.flatMap { bits in (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) } })
        var request = request(.get, path.string, accept: "application/json")
        request.mayBeRepeated = false
        for (name, value) in [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Protocol", RemoteCommandProtocol.allCases.map(\.rawValue).joined(separator: ", ")),
        ] { request.headers[name] = value }
        let answer = try await exchange(request, \.code) { request throws(HTTPError) in
            try await transport.upgrade(request)
        }
        switch answer {
        case .refused(let response): throw APIStatus.answered(response.status, response.body, location)
        case .switched(let connection):
            guard connection.headers["Sec-WebSocket-Accept"] == WebSocketHandshake.accept(key),
                let subprotocol = RemoteCommandProtocol(
                    offered: [connection.headers["Sec-WebSocket-Protocol"] ?? ""])
            else {
                connection.cancel()
                throw APIStatus(
                    code: 101, reason: .internalError,
                    message: "\(location) opened a websocket that is not the one that was asked for")
            }
            return RemoteSession(connection, subprotocol, at: location, randomness: randomness)
        }
    }
}

extension HTTPUpgradeAnswer {
    fileprivate var code: Int {
        switch self {
        case .refused(let response): response.status
        case .switched: 101
        }
    }
}
