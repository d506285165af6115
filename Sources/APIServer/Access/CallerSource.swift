import Ambient
import Hummingbird
import NIOCore
import PKI
import RequestSyntax
import ResourceAPI

/// Finds out who asks: by the way the connection came, its client certificate, or the request's bearer token.
struct CallerSource: Sendable {
    enum Transport: Sendable {
        case unixSocket
        case tls(PeerCertificates)
    }

    let transport: Transport
    let tokens: TokenRegistry?
    let certificates: CertificateRegistry?
    let time: any TimeSource

    /// - Returns: nil when the request shows nothing to be known by.
    /// - Throws: 401 when what it shows is not to be believed; 400 and 403 for impersonation.
    func caller(_ request: Request, _ channel: any Channel) async throws(APIStatus) -> Caller? {
        guard let caller = try await authenticated(request, channel) else { return nil }
        return try caller.impersonating(request.headers)
    }

    /// A certificate counts before a token, as in Kubernetes; a bad one does not spoil a good token.
    private func authenticated(_ request: Request, _ channel: any Channel) async throws(APIStatus) -> Caller? {
        guard case .tls(let peers) = transport else { return .socketOwner }
        var refusal: APIStatus?
        if let verdict = await peers.client(of: channel) {
            switch verdict.flatMap(checked) {
            case .success(let client):
                // Asked for again at each request: a connection may last longer than the trust.
                guard try await certificates?.isRevoked(serial: client.serial) != true else {
                    refusal = .unauthorized("the client certificate of \"\(client.user)\" was revoked")
                    break
                }
                return Caller(name: client.user, groups: client.groups, method: .clientCertificate)
            case .failure(let error): refusal = .unauthorized(error.message)
            }
        }
        if let token = request.bearerToken {
            if let caller = await tokens?.caller(token: token) { return caller }
            refusal = .unauthorized("the token is not known, was revoked or has expired")
        }
        if let refusal { throw refusal }
        return nil
    }

    private func checked(_ client: CertifiedClient) -> PeerCertificates.Verdict {
        do throws(PKIError) {
            try client.check(at: time.now)
        } catch {
            return .failure(error)
        }
        if client.user.hasPrefix(Caller.reservedPrefix) {
            return .failure(PKIError("the name \"\(client.user)\" is the server's own, and no client's"))
        }
        return .success(client)
    }
}

extension Request {
    /// nil when there is none; RFC 6750, 2.1.
    fileprivate var bearerToken: String? {
        guard let header = headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].trimmingSpaces
    }
}

extension APIStatus {
    static func unauthorized(_ why: String) -> APIStatus {
        APIStatus(code: 401, reason: .unauthorized, message: "Unauthorized: \(why)")
    }

    static let nobodyKnown = unauthorized("show a client certificate or a bearer token")
}
