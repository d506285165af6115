public import Ambient
internal import HTTPTransport
internal import WebSocket

/// A command for a Pod's container, and which of its streams are wanted.
public struct PodCommand: Sendable, Hashable {
    public var command: [String]
    public var container: String?
    public var hasInput: Bool
    public var hasOutput: Bool
    public var hasError: Bool
    /// With a terminal, output and error are one stream.
    public var isTerminal: Bool

    public init(
        _ command: [String], container: String? = nil, hasInput: Bool = false, hasOutput: Bool = true,
        hasError: Bool = true, isTerminal: Bool = false
    ) {
        (self.command, self.container, self.hasInput) = (command, container, hasInput)
        (self.hasOutput, self.hasError, self.isTerminal) = (hasOutput, hasError, isTerminal)
    }
}

extension KubernetesAPI {
    /// Runs a command in a Pod, over a websocket of its own. `.notFound`, `.invalid`: there is no such Pod, or it does not run.
    ///
    /// - Parameter randomness: for the websocket's key and masks (RFC 6455, 10.3).
    public func exec(
        _ pod: APIReference, _ command: PodCommand, randomness: any Randomness
    ) async throws(KubernetesError) -> PodCommandConnection {
        var call = APICall(.get, pod.path("exec"), "\(pod)/exec")
        call.add("container", command.container)
        for word in command.command { call.add("command", word) }
        for (name, flag) in [
            ("stdin", command.hasInput), ("stdout", command.hasOutput),
            ("stderr", command.hasError && !command.isTerminal), ("tty", command.isTerminal),
        ] where flag { call.add(name, "true") }
        let key = WebSocketHandshake.key(randomness.next(), randomness.next())
        var request = try await request(call)
        request.mayBeRepeated = false
        for (name, value) in [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Protocol", RemoteCommandProtocol.allCases.map(\.rawValue).joined(separator: ", ")),
        ] { request.headers[name] = value }
        let answer: HTTPUpgradeAnswer
        do throws(HTTPError) {
            answer = try await transport.upgrade(request)
        } catch {
            throw KubernetesError(error, call: call.label, isWrite: true)
        }
        switch answer {
        case .refused(let response): throw .answered(response.status, response.body, call: call.label)
        case .switched(let connection):
            guard connection.headers["Sec-WebSocket-Accept"] == WebSocketHandshake.accept(key),
                let subprotocol = RemoteCommandProtocol(
                    offered: [connection.headers["Sec-WebSocket-Protocol"] ?? ""])
            else {
                connection.cancel()
                throw KubernetesError(
                    .malformedAnswer, statusCode: 101,
                    message: "the server opened a websocket that is not the one that was asked for", call: call.label)
            }
            return PodCommandConnection(connection, subprotocol, call.label, randomness)
        }
    }
}
