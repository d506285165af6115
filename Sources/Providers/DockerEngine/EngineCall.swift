internal import HTTPTransport
internal import JSON

/// One call of the Engine API: a request before it has a version prefix.
struct EngineCall: Sendable {
    var method: HTTPRequest.Method
    var path: String
    var query: [(String, String)] = []
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []
    var timeout: Duration?

    init(_ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [], timeout: Duration? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.timeout = timeout
    }

    /// For errors: without the query.
    var label: String { "\(method.rawValue) \(path)" }

    func carrying(_ json: JSONValue) -> EngineCall {
        var call = self
        call.headers["Content-Type"] = "application/json"
        call.body = json.encoded()
        return call
    }

    func carrying(tar: [UInt8]) -> EngineCall {
        var call = self
        call.headers["Content-Type"] = "application/x-tar"
        call.body = tar
        return call
    }

    /// - Parameter version: `1.41`; nil for the calls that have none (`/_ping`).
    func request(version: String?) -> HTTPRequest {
        var target = (version.map { "/v\($0)" } ?? "") + path
        if !query.isEmpty {
            target += "?" + query.map { "\($0.0)=\($0.1.percentEncoded())" }.joined(separator: "&")
        }
        var headers = headers
        // dockerd refuses the host name that a client makes up for a unix socket.
        headers["Host"] = "docker"
        return HTTPRequest(method, target, headers: headers, body: body, timeout: timeout)
    }
}

extension EngineCall {
    /// The engine's filter syntax: `{"label":["a=b"]}`.
    static func filters(_ filters: [(String, [String])]) -> (String, String) {
        let object = JSONObject(filters.map { ($0.0, JSONValue.array($0.1.map { .string($0) })) })
        return ("filters", JSONValue.object(object).encodedString())
    }
}
