import Ambient
import Crypto

/// What proves that a server speaks websocket and has read the request (RFC 6455, 4.2.2).
public enum WebSocketHandshake {
    /// `Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key`.
    public static func accept(_ key: String) -> String {
        // The RFC's own constant; nothing depends on the strength of the hash.
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Base64.encode(Array(digest))
    }
}
