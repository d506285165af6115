import Ambient
import HTTPTypes
import Hummingbird
import InfraAPI
import JSON
import ResourceAPI
import RequestSyntax
import WebSocket

// exec, on Instances and on the Pods that show them.
extension APIResponder {
    /// Answers with 101 and goes on as a websocket, on the connection that the request came on.
    ///
    /// - Throws: 400 for a request without the handshake of a websocket, or with one that asks for other protocols;
    ///   whatever the daemon says of the instance.
    func exec(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        guard let open = endpoints.exec else { throw .unknownPath(request.http.uri.path) }
        let wanted = try ExecRequest(request.query)
        let reference = try request.reference()
        _ = try await client.get(reference)
        let headers = request.http.headers
        guard WebSocketRequest.isAsked(headers) else {
            throw .badRequest(
                "exec goes over a websocket, and this request asks for none (SPDY is not spoken here): with kubectl older "
                    + "than 1.31 set KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true")
        }
        if let flaw = WebSocketRequest.flaw(headers) { throw .badRequest("the websocket cannot be opened: \(flaw)") }
        guard let subprotocol = RemoteCommandProtocol(offered: headers[values: .secWebSocketProtocol]) else {
            let known = RemoteCommandProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("the websocket cannot be opened: Sec-WebSocket-Protocol must offer one of \(known)")
        }
        let execPlace = try execPlaces.take()
        let session = try await open(reference, wanted)
        guard let incoming = await ConnectionTakeover.take(request.channel) else {
            session.cancel()
            throw .badRequest("the connection is closed")
        }
        let command = RemoteCommand(
            session, subprotocol, incoming, maxMessageBytes: limits.maxExecMessageBytes, time: surroundings.time,
            logger: logger)
        return try switched(to: command, subprotocol, request, execPlace)
    }

    /// 101, and the websocket as the body.
    private func switched(
        to command: RemoteCommand, _ subprotocol: RemoteCommandProtocol, _ request: ResourceRequest,
        _ execPlace: RequestPlace
    ) throws(APIStatus) -> Response {
        let channel = request.channel
        let end: @Sendable () -> Void = { [weak command] in
            command?.cancel()
            if !channel.isWritable { channel.close(promise: nil) }
        }
        guard let id = streams.enter(end: end) else {
            channel.close(promise: nil)
            throw .shuttingDown
        }
        let place = StreamPlace(id, streams, execPlace)
        let headers: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketProtocol: subprotocol.rawValue,
            .secWebSocketAccept: WebSocketHandshake.accept(request.http.headers[.secWebSocketKey] ?? ""),
        ]
        return Response(
            status: .switchingProtocols, headers: headers,
            body: ResponseBody { writer in
                // Nothing on this connection is HTTP any more.
                defer { channel.close(promise: nil) }
                _ = place
                try await command.run(&writer)
            })
    }
}

extension ExecRequest {
    fileprivate init(_ query: RequestQuery) throws(APIStatus) {
        let command = query.all("command")
        guard let program = command.first, !program.isEmpty else {
            throw .badRequest("exec needs a command: command=PROGRAM&command=ARGUMENT…")
        }
        self.init(
            command: command, stdin: query.flag("stdin") ?? false, stdout: query.flag("stdout") ?? false,
            stderr: query.flag("stderr") ?? false, tty: query.flag("tty") ?? false)
        guard stdin || stdout || stderr else {
            throw .badRequest("exec needs at least one of stdin, stdout and stderr to be true")
        }
    }
}

/// A place among the open streams and the exec sessions, held as long as the response is.
private final class StreamPlace: Sendable {
    private let id: UInt64
    private let streams: OpenStreams
    private let execPlace: RequestPlace

    init(_ id: UInt64, _ streams: OpenStreams, _ execPlace: RequestPlace) {
        (self.id, self.streams, self.execPlace) = (id, streams, execPlace)
    }

    deinit { streams.leave(id) }
}
