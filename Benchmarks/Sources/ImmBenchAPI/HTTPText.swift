import NIOCore

/// Requests in bytes, built once or with a name in them.
enum HTTPText {
    static let secrets = "/api/v1/namespaces/default/secrets"

    static func get(_ target: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n")
    }

    /// Creates a Secret whose JSON has `bytes` bytes.
    static func create(_ name: String, bytes: Int = 1_500) -> ByteBuffer {
        let before = #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(name)"},"data":{"key":""#
        let after = #""}}"#
        // Base64 without padding: a multiple of four.
        let length = max(0, (bytes - before.utf8.count - after.utf8.count) / 4 * 4)
        let body = before + String(repeating: "QUJD", count: length / 4) + after
        return post(secrets, body)
    }

    static func post(_ target: String, _ body: String) -> ByteBuffer {
        ByteBuffer(
            string: "POST \(target) HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
