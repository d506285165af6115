/// Where the server is, and how that was found out.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    public enum Location: Sendable, Hashable {
        case socket(path: String)
        /// `http://…` or `https://…`
        case url(String)
    }

    public var location: Location
    /// The flag, variable or rule that gave it; for errors.
    public var origin: String

    public init(_ location: Location, origin: String) {
        self.location = location
        self.origin = origin
    }

    public var description: String {
        switch location {
        case .socket(let path): "unix://\(path)"
        case .url(let url): url
        }
    }

    /// The first of: `--server`, `--socket`, `IMM_SERVER`, `IMM_SOCKET`, the usual socket. `~/.kube/config` is never
    /// looked at: a command must not reach a cluster that was not meant.
    public static func resolve(
        server: String?, socket: String?, environment: Environment
    ) throws(CommandFailure) -> ServerAddress {
        if let server, socket != nil { throw .usage("--server \(server) and --socket exclude each other") }
        if let server { return try ServerAddress(text: server, origin: "--server") }
        if let socket { return ServerAddress(.socket(path: socket), origin: "--socket") }
        if let server = environment.nonEmpty("IMM_SERVER") {
            return try ServerAddress(text: server, origin: "IMM_SERVER")
        }
        if let socket = environment.nonEmpty("IMM_SOCKET") {
            return ServerAddress(.socket(path: socket), origin: "IMM_SOCKET")
        }
        if environment.userID == 0 {
            return ServerAddress(.socket(path: "/run/imm/imm.sock"), origin: "the usual socket of root")
        }
        guard let directory = environment.nonEmpty("XDG_RUNTIME_DIR") else {
            throw CommandFailure(
                .noServer, "no server is known: XDG_RUNTIME_DIR is not set, so there is no usual socket",
                hints: ["say where the server is: --server, --socket, IMM_SERVER or IMM_SOCKET"])
        }
        return ServerAddress(.socket(path: "\(directory)/imm/imm.sock"), origin: "the usual socket of this user")
    }

    /// `unix:///path`, `http://…` or `https://…`.
    private init(text: String, origin: String) throws(CommandFailure) {
        if text.hasPrefix("unix://") {
            self.init(.socket(path: String(text.dropFirst("unix://".count))), origin: origin)
        } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
            self.init(.url(text), origin: origin)
        } else {
            throw .usage(
                "\(origin): \(text) is no server address", hints: ["write unix:///path, http://… or https://…"])
        }
    }
}

extension Environment {
    fileprivate func nonEmpty(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
