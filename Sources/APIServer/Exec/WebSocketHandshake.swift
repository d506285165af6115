import Crypto
import HTTPTypes
import InfraAPI
import RequestSyntax

/// The opening of a websocket (RFC 6455, section 4.2): what a client asks, and the answer to it.
enum WebSocketHandshake {
    /// Whether a request asks for a websocket, well-formed or not.
    static func isAsked(_ headers: HTTPFields) -> Bool {
        headers[values: .upgrade].contains {
            $0.lowercased().split(separator: ",").contains { $0.trimmingSpaces == "websocket" }
        }
    }

    /// Why the request cannot be granted; nil when it is as it should be.
    static func flaw(_ headers: HTTPFields) -> String? {
        if headers[.secWebSocketVersion] != "13" { return "Sec-WebSocket-Version must be 13" }
        guard let key = headers[.secWebSocketKey], Base64.decode(key)?.count == 16 else {
            return "Sec-WebSocket-Key must be 16 bytes in base64"
        }
        return nil
    }

    /// `Sec-WebSocket-Accept` for a client's key.
    static func accept(_ key: String) -> String {
        // The RFC's own constant; nothing depends on the strength of the hash.
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Base64.encode(Array(digest))
    }
}
