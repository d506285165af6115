import Ambient
import Crypto

/// What proves that a server speaks websocket and has read the request (RFC 6455, 4.2.2).
public enum WebSocketHandshake {
    /// `Sec-WebSocket-Key` of a client: 128 random bits, others for each connection.
    public static func key(_ high: UInt64, _ low: UInt64) -> String {
        Base64.encode(
            [high, low].flatMap { bits in (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) } })
    }

    /// `Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key`.
    public static func accept(_ key: String) -> String {
        // The RFC's own constant; nothing depends on the strength of the hash.
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Base64.encode(Array(digest))
    }
}
