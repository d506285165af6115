/// The two ends of a websocket: a client masks its frames, a server does not (RFC 6455, 5.1).
public enum WebSocketSide: Sendable, Hashable {
    case client
    case server
}
