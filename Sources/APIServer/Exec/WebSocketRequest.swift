import Ambient
import HTTPTypes
import InfraAPI
import RequestSyntax

/// What a client asks who opens a websocket (RFC 6455, section 4.2).
enum WebSocketRequest {
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
}
