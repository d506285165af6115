/// One request to the endpoint of a transport.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// RFC 9110, 9.2.2: repeating the request has the effect of sending it once.
        public var isIdempotent: Bool { self != .post && self != .patch }
    }

    public var method: Method

    /// From the first slash, percent-encoded, with the query if there is one.
    public var path: String

    /// `Content-Length` is made from the body. No `Content-Type` is added for you.
    public var headers: HTTPHeaders

    public var body: [UInt8]

    /// Until the whole response is there (`send`) or its head is (`stream`). Nil: the transport's default.
    public var timeout: Duration?

    /// Whether the request may be sent a second time when a reused connection dies before an answer. Set from the
    /// method: POST and PATCH are not repeated, and their loss is reported as unknown.
    public var mayBeRepeated: Bool

    /// Shown in the place of the endpoint's own certificate; a connection is shared only by requests that show the same.
    public var identity: ClientIdentity?

    public init(
        _ method: Method, _ path: String, headers: HTTPHeaders = [:], body: [UInt8] = [], timeout: Duration? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.timeout = timeout
        mayBeRepeated = method.isIdempotent
    }
}

extension HTTPRequest {
    /// For errors and logs: the query is left out, since it may hold what is not for a log.
    var label: String {
        "\(method.rawValue) \(path.prefix { $0 != "?" })"
    }

    /// What makes this request impossible to send safely; nil when it is well-formed.
    func flaw(limits: HTTPLimits) -> String? {
        if path.utf8.first != UInt8(ascii: "/") { return "the path does not begin with a slash" }
        if path.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            return "the path holds a space or control character; percent-encode it"
        }
        for field in headers.fields {
            if field.name.isEmpty || !field.name.utf8.allSatisfy(\.isTokenCharacter) {
                return "a header name is not a token of RFC 9110"
            }
            // A line break would let a value smuggle further headers in; the value itself may be a secret.
            if field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                return "the value of header \(field.name) holds a control character"
            }
        }
        if body.count > limits.maxRequestBytes {
            return "the body has \(body.count) bytes, and the limit is \(limits.maxRequestBytes)"
        }
        return nil
    }
}

extension UInt8 {
    /// RFC 9110, 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
