public import HTTPTransport

/// Who a request comes from, besides what the connection itself shows.
public struct RequestCredentials: Sendable, Hashable {
    /// Value of the header `Authorization`.
    public var authorization: String?
    /// A certificate in the place of the endpoint's own.
    public var identity: ClientIdentity?

    public init(authorization: String? = nil, identity: ClientIdentity? = nil) {
        self.authorization = authorization
        self.identity = identity
    }

    static func bearer(_ token: String?) -> RequestCredentials {
        RequestCredentials(authorization: token.map { "Bearer \($0)" })
    }
}

/// Makes credentials, again and again while they change.
protocol CredentialSource: Sendable {
    func current() async throws(CredentialError) -> RequestCredentials
    /// Called when the server does not believe `credentials` any more; false where there are no others to be had.
    func refuse(_ credentials: RequestCredentials) async -> Bool
}

/// Credentials that never change.
struct FixedCredentials: CredentialSource {
    let credentials: RequestCredentials

    func current() async throws(CredentialError) -> RequestCredentials { credentials }

    func refuse(_ refused: RequestCredentials) async -> Bool { refused != credentials }
}
