import Ambient

/// Who we are to a registry, and whom it must prove to be. Its words show no secret.
public struct RegistryLogin: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    public var username: String
    /// Or a token in its place. nil: we ask as anybody.
    public var password: String?
    /// Who signs the certificate of the registry, and of the server of its tokens, in PEM; nil: whom the system trusts.
    public var authority: String?

    public init(username: String = "", password: String? = nil, authority: String? = nil) {
        (self.username, self.password, self.authority) = (username, password, authority)
    }

    public var description: String { "login \(username)" }
    public var debugDescription: String { description }

    /// The value of `Authorization` (RFC 7617); nil without a password.
    var basic: String? {
        password.map { "Basic " + Base64.encode(Array("\(username):\($0)".utf8)) }
    }
}
