public import HTTPTransport

/// Where the API server is, and how we show it who we are.
public enum ServerLocation: Sendable, Hashable {
    /// imm's own server on this machine.
    case socket(path: String)
    /// A server over TCP: `https://host[:port][/prefix]`; `tls` counts for https, `bearerToken` is sent with every
    /// request.
    case url(String, tls: TLSOptions? = nil, bearerToken: String? = nil)
}

extension ServerLocation: CustomStringConvertible {
    /// The address alone: no token.
    public var description: String {
        switch self {
        case .socket(let path): path
        case .url(let base, _, _): base
        }
    }

    var endpoint: HTTPEndpoint {
        switch self {
        case .socket(let path): .unix(path: path)
        case .url(let base, let tls, _):
            .tcp(base: base.hasSuffix("/") ? String(base.dropLast()) : base, tls: tls)
        }
    }

    var bearerToken: String? {
        if case .url(_, _, let token) = self { token } else { nil }
    }
}
