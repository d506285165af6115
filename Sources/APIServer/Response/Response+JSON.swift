import Hummingbird
import JSON
import NIOCore
import ResourceAPI

extension Response {
    static func json(_ value: JSONValue, code: Int = 200, type: String = "application/json") -> Response {
        Response(
            status: .init(code: code), headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.encoded())))
    }

    static func text(_ text: String, code: Int = 200, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .init(code: code), headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// The failure as a `Status` body under its code.
    static func failure(_ status: APIStatus) -> Response {
        var response = json(status.json, code: (100...599).contains(status.code) ? status.code : 500)
        if let seconds = status.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        return response
    }
}
