/// Knows bearer tokens.
public protocol TokenAuthenticator: Sendable {
    /// - Returns: nil when the token is not known, was revoked or has expired; why is not for its bearer.
    func caller(token: String) async -> Caller?
}
