public import Ambient
public import HTTPTransport

/// The way to the API of a Kubernetes cluster: where it is, and who we are there, as long as this lasts.
///
/// Whoever sends a request asks for the `credentials` just before it; an answer 401 is told to `refuse`, and the request sent
/// once more where that says so.
public final class ClusterAccess: Sendable {
    /// `https://host[:port][/prefix]`
    public let server: String
    public let endpoint: HTTPEndpoint
    /// The context's, or the service account's.
    public let namespace: String?
    private let source: any CredentialSource

    init(server: String, tls: TLSOptions, namespace: String?, source: any CredentialSource) {
        self.server = server
        self.namespace = namespace
        self.source = source
        endpoint = .tcp(base: server, tls: tls)
    }

    /// As a context of a kubeconfig says.
    ///
    /// - Parameter environment: what a credential program is given besides what the kubeconfig gives it.
    public convenience init(_ selected: SelectedCluster, environment: [String: String], _ surroundings: Surroundings) {
        let source: any CredentialSource =
            switch selected.bearer {
            case .none: FixedCredentials(credentials: RequestCredentials())
            case .token(let token): FixedCredentials(credentials: .bearer(token))
            case .tokenFile(let path): TokenFile(path: path, time: surroundings.time)
            case .program(let plugin):
                ExecCredentialSource(plugin, environment: environment, time: surroundings.time)
            }
        self.init(server: selected.server, tls: selected.tls, namespace: selected.namespace, source: source)
    }

    /// - Throws: `CredentialError` when a file or a program does not give what it should.
    public func credentials() async throws(CredentialError) -> RequestCredentials { try await source.current() }

    /// Tells that the server does not believe `credentials`, and returns whether there may be others now.
    public func refuse(_ credentials: RequestCredentials) async -> Bool { await source.refuse(credentials) }

    /// The value of the header `Authorization`, for clients that know nothing of us. nil: the connection's certificate says it all.
    public var authorization: @Sendable () async throws -> String? {
        { try await self.credentials().authorization }
    }
}
