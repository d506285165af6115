import Ambient
import HTTPTransport
import JSON

/// The requests of one question about one repository: with what the first of them was asked for.
final class RegistrySession: Sendable {
    private let address: RepositoryAddress
    private let origin: RegistryOrigin
    private let transport: HTTPTransport
    private let limits: RegistryLimits
    private let time: any TimeSource
    private let deadline: Duration
    private let login: RegistryLogin?
    /// The value of `Authorization`, once it was asked for.
    private let authorization = Guarded<String?>(nil)

    init(
        _ address: RepositoryAddress, _ login: RegistryLogin?, _ time: any TimeSource, _ limits: RegistryLimits
    ) {
        self.address = address
        self.login = login
        self.limits = limits
        self.time = time
        origin = address.origin
        deadline = time.uptime + limits.totalTimeout
        transport = RegistrySession.transport(to: origin, login, limits)
    }

    func end() { transport.shutdown() }

    /// The answer, if it is one with a result.
    ///
    /// - Throws: for all others, by what they mean.
    func send(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
        let first = try await attempt(request)
        guard first.status == 401, authorization.withLock({ $0 }) == nil,
            let given = try await authorization(asked: first.headers)
        else { return try checked(first) }
        authorization.withLock { $0 = given }
        return try checked(try await attempt(request))
    }

    /// What a registry that does not let us in asks for; nil when that is nothing that we have.
    private func authorization(asked headers: HTTPHeaders) async throws(RegistryError) -> String? {
        if let challenge = BearerChallenge(headers) { return "Bearer " + (try await token(for: challenge)) }
        return BearerChallenge.asksForPassword(headers) ? login?.basic : nil
    }

    private func attempt(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
        var request = request
        if let value = authorization.withLock({ $0 }) { request.headers["Authorization"] = value }
        return try await send(request, by: transport, to: origin)
    }

    private func send(
        _ request: HTTPRequest, by transport: HTTPTransport, to origin: RegistryOrigin
    ) async throws(RegistryError) -> HTTPResponse {
        let left = deadline - time.uptime
        guard left > .zero else {
            throw RegistryError(
                .unreachable,
                "\(origin.host): \(address.path) took longer than \(limits.totalTimeout.components.seconds) s")
        }
        var request = request
        request.timeout = min(left, limits.requestTimeout)
        do throws(HTTPError) {
            return try await transport.send(request)
        } catch {
            throw RegistryError(error.code == .tooLarge ? .tooLarge : .unreachable, "\(origin.host): \(error.message)")
        }
    }

    private func checked(_ response: HTTPResponse) throws(RegistryError) -> HTTPResponse {
        let what = "\(address.registry): \(address.path)"
        switch response.status {
        case 200: return response
        case 401, 403:
            throw RegistryError(.denied, "\(what): the registry does not let us in\(RegistrySession.words(response))")
        case 404: throw RegistryError(.notFound, "\(what) is not there\(RegistrySession.words(response))")
        case 429:
            throw RegistryError(.limited, "\(what): the registry was asked too often\(RegistrySession.words(response))")
        case 500...: throw RegistryError(.unreachable, "\(what): the registry answers \(response.status)")
        default:
            throw RegistryError(.refused, "\(what): the registry answers \(response.status), which is not followed")
        }
    }

    /// The registry's own words, as the specification has them; bounded, and of printable characters.
    private static func words(_ response: HTTPResponse) -> String {
        guard let json = try? JSONValue(parsing: response.body, limits: JSONLimits(maximumDepth: 16)),
            let error = json["errors"]?.arrayValue?.first
        else { return "" }
        let text = [error["code"], error["message"]].compactMap { $0?.stringValue }.joined(separator: ": ")
        let printable = text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        return text.isEmpty ? "" : " (\(String(String.UnicodeScalarView(printable)).prefix(200)))"
    }

    /// A token for reading this repository, which is all that is asked for, whatever the registry names.
    private func token(for challenge: BearerChallenge) async throws(RegistryError) -> String {
        guard let (origin, path) = challenge.place(askedBy: origin) else {
            throw RegistryError(
                .refused,
                "\(address.registry) sends us for a token to a place that is not asked: it must be https, or the "
                    + "registry itself")
        }
        var query = ["scope=\(RegistrySession.escaped("repository:\(address.path):pull"))"]
        if let service = challenge.service { query.insert("service=\(RegistrySession.escaped(service))", at: 0) }
        let transport = RegistrySession.transport(to: origin, login, limits)
        defer { transport.shutdown() }
        let separator = path.contains("?") ? "&" : "?"
        var request = HTTPRequest(
            .get, path + separator + query.joined(separator: "&"), headers: ["Accept": "application/json"])
        if let basic = login?.basic { request.headers["Authorization"] = basic }
        let response = try await send(request, by: transport, to: origin)
        let json = try? JSONValue(parsing: response.body, limits: JSONLimits(maximumDepth: 16))
        guard response.status == 200, let token = (json?["token"] ?? json?["access_token"])?.stringValue else {
            throw RegistryError(
                response.status == 429 ? .limited : response.status >= 500 ? .unreachable : .denied,
                "\(address.registry): \(address.path): \(origin.host) gives no token (\(response.status))")
        }
        guard !token.isEmpty, token.utf8.count <= limits.maxTokenBytes,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw RegistryError(.refused, "\(origin.host) gives a token that is none") }
        return token
    }

    private static func transport(
        to origin: RegistryOrigin, _ login: RegistryLogin?, _ limits: RegistryLimits
    ) -> HTTPTransport {
        HTTPTransport(
            endpoint: .tcp(
                base: origin.base,
                tls: login?.authority.map { TLSOptions(certificateAuthority: .pem(Array($0.utf8))) }),
            limits: HTTPLimits(
                maxConnections: 1, maxIdleConnections: 1, maxResponseBytes: limits.maxResponseBytes,
                requestTimeout: limits.requestTimeout))
    }

    /// For a query.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~:/".utf8.contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(Unicode.Scalar(byte)) : "%" + (hex.utf8.count == 1 ? "0" : "") + hex
        }.joined()
    }
}
