/// One named check behind `/livez`, `/readyz` and `/healthz`: `/readyz/NAME` asks for it alone.
public struct HealthCheck: Sendable {
    /// What a failure means.
    public enum Meaning: Sendable, Hashable {
        /// The process has to be started again.
        case dead
        /// No requests should be sent here for now.
        case notReady
    }

    /// A short word.
    public let name: String
    public let meaning: Meaning
    /// nil when all is well, or else what is wrong. Quick: a probe waits for it.
    public let trouble: @Sendable () async -> String?

    public init(_ name: String, _ meaning: Meaning = .notReady, trouble: @escaping @Sendable () async -> String?) {
        self.name = name
        self.meaning = meaning
        self.trouble = trouble
    }
}
