import ClusterCredentials
public import HTTPTransport
import InfraAPI
import JSON
public import ResourceAPI

/// The verbs of the API over HTTP: imm's server or Kubernetes, with the same errors as in process.
///
/// A request without an answer fails with reason `.unreachable`. A value that can be copied freely; the copies share
/// the connections.
public struct HTTPResourceClient: Sendable {
    private static let maximumStatusBytes = 1 << 20

    public let location: ServerLocation
    let transport: HTTPTransport
    private let userAgent: String
    /// Whether writes tell the term in which they are made; Kubernetes knows none.
    private let tellsTerms: Bool
    /// Told each request that is sent, and the code of its answer; 0: none came.
    public typealias Observer = @Sendable (HTTPRequest.Method, _ path: String, _ code: Int) -> Void
    private let observer: Observer?

    /// - Parameters:
    ///   - userAgent: `program/version`; what the server takes as field manager of writes that name none.
    ///   - limits: of the connections; each open watch holds one.
    public init(
        _ location: ServerLocation, userAgent: String = "imm", limits: HTTPLimits = HTTPLimits(),
        tellsTerms: Bool = true, observer: Observer? = nil
    ) {
        self.location = location
        self.userAgent = userAgent
        self.tellsTerms = tellsTerms
        self.observer = observer
        transport = HTTPTransport(endpoint: location.endpoint, limits: limits)
    }

    /// Ends every request and watch, and closes the connections.
    public func shutdown() { transport.shutdown() }

    /// Sends any request, and returns the answer whatever its code.
    ///
    /// - Parameter path: from the first slash, percent-encoded, with the query.
    /// - Throws: `.unreachable` when no answer came.
    public func raw(
        method: HTTPRequest.Method, path: String, body: [UInt8] = [], contentType: String = "application/json",
        accept: String = "application/json"
    ) async throws(APIStatus) -> HTTPResponse {
        try await send(request(method, path, body: body, contentType: contentType, accept: accept))
    }

    private func send(_ request: HTTPRequest) async throws(APIStatus) -> HTTPResponse {
        try await exchange(request, \.status) { request throws(HTTPError) in try await transport.send(request) }
    }

    /// Sends a request in our name, and once more where the server believes our credentials no longer and there are others.
    func exchange<Answer: Sendable>(
        _ request: HTTPRequest, _ code: (Answer) -> Int,
        _ send: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(APIStatus) -> Answer {
        let credentials = try await credentials()
        let answer = try await answer(to: request, credentials, code, send)
        guard code(answer) == 401, await location.refuse(credentials) else { return answer }
        return try await self.answer(to: request, try await self.credentials(), code, send)
    }

    private func credentials() async throws(APIStatus) -> RequestCredentials {
        do throws(CredentialError) {
            return try await location.credentials()
        } catch {
            throw APIStatus(code: 0, reason: .unreachable, message: error.message)
        }
    }

    private func answer<Answer: Sendable>(
        to request: HTTPRequest, _ credentials: RequestCredentials, _ code: (Answer) -> Int,
        _ send: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(APIStatus) -> Answer {
        var request = request
        request.headers["Authorization"] = credentials.authorization
        request.identity = credentials.identity
        do throws(HTTPError) {
            let answer = try await send(request)
            observer?(request.method, request.path, code(answer))
            return answer
        } catch {
            observer?(request.method, request.path, 0)
            throw APIStatus(error, at: location, isWrite: request.method != .get && request.method != .head)
        }
    }

    /// Sends a request whose answer is read while it comes.
    ///
    /// - Throws: the Status of an answer that is not 2xx; `.unreachable` when none came.
    func open(_ path: String, accept: String) async throws(APIStatus) -> HTTPBody {
        let response = try await exchange(request(.get, path, accept: accept), \.status) {
            request throws(HTTPError) in try await transport.stream(request)
        }
        if (200..<300).contains(response.status) { return response.body }
        let body: [UInt8]
        do throws(HTTPError) {
            body = try await response.body.collect(upTo: HTTPResourceClient.maximumStatusBytes)
        } catch {
            throw APIStatus(error, at: location, isWrite: false)
        }
        throw APIStatus.answered(response.status, body, location)
    }

    /// Sends a request and reads the JSON of its answer.
    ///
    /// - Throws: the Status of an answer that is not 2xx.
    func json(
        _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil, contentType: String = "application/json",
        accept: String = "application/json", term: LeaderTerm? = nil
    ) async throws(APIStatus) -> JSONValue {
        var request = request(method, path, body: body?.encoded() ?? [], contentType: contentType, accept: accept)
        if tellsTerms, let term { request.headers[LeaderTerm.header] = term.headerValue }
        let response = try await send(request)
        guard (200..<300).contains(response.status) else {
            throw APIStatus.answered(response.status, response.body, location)
        }
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw APIStatus(
                code: response.status, reason: .internalError,
                message: "the answer of \(location) is not JSON: \(error)")
        }
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8] = [], contentType: String = "application/json",
        accept: String
    ) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": accept, "User-Agent": userAgent]
        if !body.isEmpty { headers["Content-Type"] = contentType }
        return HTTPRequest(method, path, headers: headers, body: body)
    }
}

extension APIStatus {
    private static let maximumExcerptBytes = 200

    /// The failure that an answer tells: its Status body, or what can be said of another body.
    static func answered(_ code: Int, _ body: [UInt8], _ location: ServerLocation) -> APIStatus {
        if let json = try? JSONValue(parsing: body), let status = APIStatus(json: json) { return status }
        let excerpt = String(decoding: body.prefix(maximumExcerptBytes), as: UTF8.self)
        return APIStatus(
            code: code, reason: reason(of: code),
            message: "\(location) answered with status \(code)" + (excerpt.isEmpty ? "" : ": \(excerpt)"))
    }

    private static func reason(of code: Int) -> Reason {
        switch code {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 405: .methodNotAllowed
        case 406: .notAcceptable
        case 409: .conflict
        case 410: .expired
        case 413: .requestEntityTooLarge
        case 415: .unsupportedMediaType
        case 422: .invalid
        case 429: .tooManyRequests
        case 503: .serviceUnavailable
        case 504: .timeout
        case 500...: .internalError
        default: .unknown
        }
    }
}
