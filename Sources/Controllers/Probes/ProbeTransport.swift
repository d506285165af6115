/// How a probe reaches an instance over the network. Production connects; the simulator answers by script.
public protocol ProbeTransport: Sendable {
    /// The status code of `GET http://host:port/path`.
    func httpGet(host: String, port: Int, path: String, timeout: Duration) async -> ProbeReply
    /// Whether a TCP connection can be made.
    func tcpConnect(host: String, port: Int, timeout: Duration) async -> ProbeReply
}

/// The words are the same from try to try: they stand in conditions.
public enum ProbeReply: Sendable, Hashable {
    case status(Int)
    case connected
    case refused(String)
    /// Trouble on our side: neither replaces nor judges.
    case unknown(String)
}
