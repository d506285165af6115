/// Where a repository is, read as Docker reads the name of an image: a first part with a dot, a port or an upper case letter, or
/// `localhost`, is the registry; without one it is Docker Hub, where names of one part are below `library/`.
public struct RepositoryAddress: Sendable, Hashable {
    private static let hub = "docker.io"
    private static let hubHost = "registry-1.docker.io"

    /// `host` or `host:port`, as written; `docker.io` for Docker Hub.
    public let registry: String
    /// `library/nginx`
    public let path: String

    /// - Parameter name: without tag and digest, of valid characters.
    public init(_ name: String) {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isRegistry =
            parts.count == 2
            && (parts[0] == "localhost"
                || parts[0].utf8.contains { ".:".utf8.contains($0) || (0x41...0x5A).contains($0) })
        let registry = isRegistry ? String(parts[0]) : RepositoryAddress.hub
        let path = isRegistry ? String(parts[1]) : name
        let isHub = registry == RepositoryAddress.hub || registry == "index.docker.io"
        self.registry = isHub ? RepositoryAddress.hub : registry
        self.path = isHub && !path.contains("/") ? "library/\(path)" : path
    }

    /// Where its API is.
    var origin: RegistryOrigin {
        let host = registry == RepositoryAddress.hub ? RepositoryAddress.hubHost : registry
        return RegistryOrigin(isEncrypted: !RegistryOrigin.isLoopback(host), host: host)
    }
}

/// Scheme, host and port of a server.
struct RegistryOrigin: Sendable, Hashable {
    let isEncrypted: Bool
    /// With its port, where there is one.
    let host: String

    var base: String { (isEncrypted ? "https://" : "http://") + host }

    /// Whether a host, perhaps with a port, is this machine: nobody else reads along.
    static func isLoopback(_ host: String) -> Bool {
        if host.hasPrefix("[") { return host.hasPrefix("[::1]") && ["", ":"].contains(host.dropFirst(5).prefix(1)) }
        let name = host.prefix { $0 != ":" }
        if name == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in (1...3).contains(part.utf8.count) && UInt8(part) != nil }
    }
}
