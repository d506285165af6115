#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The process's environment, as far as immctl asks for it.
public struct Environment: Sendable {
    private let values: [String: String]
    /// Effective user id: root's controller listens elsewhere than a user's.
    public let userID: UInt32

    public init(_ values: [String: String] = [:], userID: UInt32 = 1000) {
        self.values = values
        self.userID = userID
    }

    public subscript(name: String) -> String? { values[name] }

    private static let known = [
        "IMM_SERVER", "IMM_SOCKET", "IMM_KUBECONFIG", "KUBECONFIG", "HOME", "XDG_RUNTIME_DIR", "NO_COLOR", "TERM",
        "COLUMNS", "TMPDIR", "IMM_EXTERNAL_DIFF", "KUBECTL_EXTERNAL_DIFF", "IMM_EDITOR", "KUBE_EDITOR", "EDITOR",
        "VISUAL",
    ]

    /// The variables of this process that immctl knows.
    public static func system() -> Environment {
        var values: [String: String] = [:]
        for name in known {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return Environment(values, userID: geteuid())
    }
}
