public import ClusterCredentials

/// Where the server is, and how that was found out.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    public enum Location: Sendable, Hashable {
        case socket(path: String)
        /// `http://…` or `https://…`
        case url(String)
        /// The context of a kubeconfig.
        case selected(SelectedCluster)
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
        case .selected(let server): server.server
        }
    }

    /// The first of: `--server`, `--socket`, `--kubeconfig`, `IMM_SERVER`, `IMM_SOCKET`, `IMM_KUBECONFIG`, the usual
    /// socket. `~/.kube/config` is never looked at: a command must not reach a cluster that was not meant.
    ///
    /// kubectl's plugin goes where kubectl goes instead: `--kubeconfig`, `KUBECONFIG`, `~/.kube/config`.
    ///
    /// - Parameter context: of the kubeconfig; nil: its current one.
    public static func resolve(
        server: String?, socket: String?, kubeconfig: String? = nil, context: String? = nil, environment: Environment,
        program: Program = .immctl
    ) throws(CommandFailure) -> ServerAddress {
        let flags = [("--server", server), ("--socket", socket), ("--kubeconfig", kubeconfig)].filter { $0.1 != nil }
        if flags.count > 1 {
            throw .usage("\(flags.map(\.0).joined(separator: " and ")) exclude each other")
        }
        if let kubeconfig { return try ServerAddress(kubeconfig: kubeconfig, context, origin: "--kubeconfig") }
        if program != .immctl, flags.isEmpty {
            let (path, origin) = try kubectlsOwn(environment)
            return try ServerAddress(kubeconfig: path, context, origin: origin)
        }
        if context != nil, flags.isEmpty {
            guard let kubeconfig = environment.nonEmpty("IMM_KUBECONFIG") else {
                throw .usage("--context needs a kubeconfig: --kubeconfig FILE, or IMM_KUBECONFIG")
            }
            return try ServerAddress(kubeconfig: kubeconfig, context, origin: "IMM_KUBECONFIG")
        }
        if let server { return try ServerAddress(text: server, origin: "--server") }
        if let socket { return ServerAddress(.socket(path: socket), origin: "--socket") }
        if let server = environment.nonEmpty("IMM_SERVER") {
            return try ServerAddress(text: server, origin: "IMM_SERVER")
        }
        if let socket = environment.nonEmpty("IMM_SOCKET") {
            return ServerAddress(.socket(path: socket), origin: "IMM_SOCKET")
        }
        if let kubeconfig = environment.nonEmpty("IMM_KUBECONFIG") {
            return try ServerAddress(kubeconfig: kubeconfig, nil, origin: "IMM_KUBECONFIG")
        }
        if environment.userID == 0 {
            return ServerAddress(.socket(path: "/run/imm/imm.sock"), origin: "the usual socket of root")
        }
        guard let directory = environment.nonEmpty("XDG_RUNTIME_DIR") else {
            throw CommandFailure(
                .noServer, "no server is known: XDG_RUNTIME_DIR is not set, so there is no usual socket",
                hints: ["say where the server is: --server, --socket, --kubeconfig, IMM_SERVER or IMM_KUBECONFIG"])
        }
        return ServerAddress(.socket(path: "\(directory)/imm/imm.sock"), origin: "the usual socket of this user")
    }

    /// The kubeconfig that kubectl reads when it is told of none.
    private static func kubectlsOwn(
        _ environment: Environment
    ) throws(CommandFailure) -> (path: String, origin: String) {
        let listed = (environment.nonEmpty("KUBECONFIG") ?? "").split(separator: ":").map(String.init)
        if let path = listed.first {
            // kubectl merges them; which of them a context comes from is then not to be seen.
            guard listed.count == 1 else {
                throw .usage(
                    "KUBECONFIG lists \(listed.count) files, of which this command reads one",
                    hints: ["name it: --kubeconfig FILE"])
            }
            return (path, "KUBECONFIG")
        }
        guard let home = environment.nonEmpty("HOME") else {
            throw .usage("there is no kubeconfig: neither KUBECONFIG nor HOME is set", hints: ["--kubeconfig FILE"])
        }
        return ("\(home)/.kube/config", "kubectl's usual kubeconfig")
    }

    private init(kubeconfig: String, _ context: String?, origin: String) throws(CommandFailure) {
        self.init(.selected(try KubeconfigFile(path: kubeconfig).select(context: context)), origin: origin)
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
    func nonEmpty(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
