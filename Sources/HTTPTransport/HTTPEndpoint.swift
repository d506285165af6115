/// Where requests go: one server, reached over a unix socket or TCP.
public enum HTTPEndpoint: Sendable, Hashable {
    /// A unix socket; plain HTTP. `path` is at most 107 bytes (`sockaddr_un`).
    case unix(path: String)

    /// `base` is `http://host[:port][/prefix]` or `https://…`; a request's path is appended to it.
    /// `tls` counts for https only; nil trusts the system's authorities and shows no client certificate.
    case tcp(base: String, tls: TLSOptions? = nil)
}

extension HTTPEndpoint: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let base, _): base
        }
    }
}

/// How an https endpoint is verified, and how we identify ourselves to it. TLS 1.2 is the lowest version.
public struct TLSOptions: Sendable, Hashable {
    /// PEM text, in memory or in a file.
    public enum Material: Sendable, Hashable {
        case file(path: String)
        case pem([UInt8])
    }

    /// The authorities that may sign the server's certificate; nil: those of the system.
    public var certificateAuthority: Material?

    /// Our certificate (and chain) with its private key.
    public var clientCertificate: Material?
    public var clientKey: Material?

    /// Whether the server's certificate and name are verified; false only where a person has written so.
    public var verifiesServer: Bool

    public init(
        certificateAuthority: Material? = nil, clientCertificate: Material? = nil, clientKey: Material? = nil,
        verifiesServer: Bool = true
    ) {
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.verifiesServer = verifiesServer
    }
}

/// A certificate (and chain) with its private key.
public struct ClientIdentity: Sendable, Hashable {
    public var certificate: TLSOptions.Material
    public var key: TLSOptions.Material

    public init(certificate: TLSOptions.Material, key: TLSOptions.Material) {
        self.certificate = certificate
        self.key = key
    }
}

extension HTTPEndpoint {
    /// The endpoint with another certificate of ours; nil changes nothing.
    func showing(_ identity: ClientIdentity?) -> HTTPEndpoint {
        guard let identity, case .tcp(let base, let tls) = self else { return self }
        var options = tls ?? TLSOptions()
        options.clientCertificate = identity.certificate
        options.clientKey = identity.key
        return .tcp(base: base, tls: options)
    }
}
