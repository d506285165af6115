public import ClusterCredentials
public import HTTPTransport

/// Where the API server is, and how we show it who we are.
public enum ServerLocation: Sendable, Hashable {
    /// imm's own server on this machine.
    case socket(path: String)
    /// A server over TCP: `https://host[:port][/prefix]`; `tls` counts for https, `bearerToken` is sent with every
    /// request.
    case url(String, tls: TLSOptions? = nil, bearerToken: String? = nil)
    /// A server where we are known by credentials that change.
    case cluster(ClusterAccess)
}

extension ServerLocation: CustomStringConvertible {
    /// The address alone: no token.
    public var description: String {
        switch self {
        case .socket(let path): path
        case .url(let base, _, _): base
        case .cluster(let access): access.server
        }
    }

    /// As in a message: the URL, or nil for a socket.
    var url: String? {
        if case .socket = self { nil } else { description }
    }

    var endpoint: HTTPEndpoint {
        switch self {
        case .socket(let path): .unix(path: path)
        case .url(let base, let tls, _):
            .tcp(base: base.hasSuffix("/") ? String(base.dropLast()) : base, tls: tls)
        case .cluster(let access): access.endpoint
        }
    }

    /// - Throws: `CredentialError` when a file or a program does not give what it should.
    func credentials() async throws(CredentialError) -> RequestCredentials {
        switch self {
        case .socket: RequestCredentials()
        case .url(_, _, let token): RequestCredentials(authorization: token.map { "Bearer \($0)" })
        case .cluster(let access): try await access.credentials()
        }
    }

    /// Whether there may be other credentials, after the server did not believe these.
    func refuse(_ credentials: RequestCredentials) async -> Bool {
        if case .cluster(let access) = self { await access.refuse(credentials) } else { false }
    }
}
