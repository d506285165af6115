public import Ambient
public import HTTPTransport
internal import JSON

/// A client of a Kubernetes API (1.27 and later). It knows objects, logs and commands of Pods, and nothing of what they are
/// for; objects are JSON, as they are on the wire.
///
/// A value that can be copied freely; the copies share the connections.
public struct KubernetesAPI: Sendable {
    /// How often a call is sent again that the server put off (429 with Retry-After).
    static let retryLimit = 5
    /// The longest pause that a server may ask for.
    static let longestPause = 30

    let transport: HTTPTransport
    let time: any TimeSource
    private let authorization: @Sendable () async throws -> String?
    private let userAgent: String
    private let observer: Observer?

    /// Told of every answer: method, path with query, and status; 0: there was none.
    public typealias Observer = @Sendable (HTTPRequest.Method, String, Int) -> Void

    /// - Parameter authorization: the value of the Authorization header, asked for before each call; nil: none is sent.
    public init(
        transport: HTTPTransport, authorization: @escaping @Sendable () async throws -> String? = { nil },
        userAgent: String = "imm", time: any TimeSource, observer: Observer? = nil
    ) {
        (self.transport, self.authorization) = (transport, authorization)
        (self.userAgent, self.time, self.observer) = (userAgent, time, observer)
    }

    /// Ends all calls and streams; the client cannot be used any more.
    public func shutdown() { transport.shutdown() }

    /// Version of the server, as `v1.31.2`.
    public func serverVersion() async throws(KubernetesError) -> String {
        let json = try await json(APICall(.get, "/version", "version"))
        return json["gitVersion"]?.stringValue ?? ""
    }

    // MARK: for the calls

    /// Sends a call and returns its answer if the status is a success. One that the server puts off is sent again.
    func send(_ call: APICall) async throws(KubernetesError) -> HTTPResponse {
        for attempt in 0... {
            let request = try await request(call)
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await transport.send(request)
            } catch {
                observer?(request.method, request.path, 0)
                throw KubernetesError(error, call: call.label, isWrite: call.isWrite)
            }
            observer?(request.method, request.path, response.status)
            if (200..<300).contains(response.status) { return response }
            let error = KubernetesError.answered(
                response.status, response.body, retryAfter: response.headers["Retry-After"], call: call.label)
            guard error.kind == .tooManyRequests, attempt < KubernetesAPI.retryLimit else { throw error }
            do {
                let seconds = min(max(error.retryAfterSeconds ?? 1, 1), KubernetesAPI.longestPause)
                try await time.sleep(for: .seconds(seconds))
            } catch {
                throw KubernetesError(.cancelled, message: "cancelled while the server was busy", call: call.label)
            }
        }
        throw KubernetesError(.cancelled, message: "given up", call: call.label)
    }

    /// Like `send`, with the answer as JSON.
    func json(_ call: APICall) async throws(KubernetesError) -> JSONValue {
        let response = try await send(call)
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw KubernetesError(
                call.isWrite ? .unknownOutcome : .malformedAnswer, statusCode: response.status,
                message: "the answer is not JSON: \(error)", call: call.label)
        }
    }

    /// Sends a call and returns its body as it comes.
    func stream(_ call: APICall) async throws(KubernetesError) -> HTTPBody {
        let request = try await request(call)
        let response: HTTPStreamingResponse
        var refusal: [UInt8] = []
        do throws(HTTPError) {
            response = try await transport.stream(request)
            observer?(request.method, request.path, response.status)
            if (200..<300).contains(response.status) { return response.body }
            refusal = try await response.body.collect(upTo: 1 << 20)
        } catch {
            throw KubernetesError(error, call: call.label, isWrite: false)
        }
        throw KubernetesError.answered(response.status, refusal, call: call.label)
    }

    func request(_ call: APICall) async throws(KubernetesError) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": call.accept, "User-Agent": userAgent]
        if !call.body.isEmpty { headers["Content-Type"] = call.contentType }
        do {
            if let value = try await authorization() { headers["Authorization"] = value }
        } catch {
            throw KubernetesError(
                .unreachable, message: "the credentials for the Kubernetes API cannot be had: \(error)",
                call: call.label)
        }
        return HTTPRequest(call.method, call.target, headers: headers, body: call.body, timeout: call.timeout)
    }
}

/// One call: a request before it has credentials.
struct APICall: Sendable {
    var method: HTTPRequest.Method
    var path: String
    /// For errors: without the query.
    var label: String
    var query: [(String, String)] = []
    var contentType = "application/json"
    var accept = "application/json"
    var body: [UInt8] = []
    var timeout: Duration?

    init(_ method: HTTPRequest.Method, _ path: String, _ what: String) {
        (self.method, self.path) = (method, path)
        label = "\(method.rawValue) \(what)"
    }

    var isWrite: Bool { method != .get && method != .head }

    var target: String {
        query.isEmpty ? path : path + "?" + query.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { query.append((name, value)) }
    }
}
