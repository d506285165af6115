/// Who asks.
public struct Caller: Sendable, Hashable {
    /// How it is known who it is.
    public enum Method: String, Sendable, Hashable {
        case unixSocket = "UnixSocket"
        case clientCertificate = "ClientCertificate"
        case token = "Token"
        case gitSource = "GitSource"
        case impersonation = "Impersonation"
    }

    /// As Kubernetes' user name. Names that begin with `imm:` are the server's own: `imm:token:NAME` is a token,
    /// `imm:gitsource:NAMESPACE:NAME` a GitSource; all others are people and programs with a certificate.
    public let name: String
    public let groups: [String]
    public let method: Method

    public init(name: String, groups: [String], method: Method) {
        self.name = name
        self.groups = groups
        self.method = method
    }

    /// Members may do everything.
    public static let adminGroup = "imm:admins"
    /// Everybody whom the server knows is in it.
    public static let authenticatedGroup = "system:authenticated"
    static let reservedPrefix = "imm:"
    static let tokenPrefix = "imm:token:"
    static let gitSourcePrefix = "imm:gitsource:"

    public var isAdmin: Bool { groups.contains(Caller.adminGroup) }

    /// Whoever can open the socket (0600) is the owner of the installation.
    static let socketOwner = Caller(name: "imm:owner", groups: [adminGroup], method: .unixSocket)
}
