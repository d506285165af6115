/// An address and port for TCP: `127.0.0.1:7443`, `[::1]:7443` or `host.example:7443`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without the brackets of an IPv6 address.
    public let host: String
    /// 0: the system chooses one.
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Throws: `ListenError` when the text is no address with a port.
    public init(parsing text: String) throws(ListenError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ListenError("\(text) is no address with a port: write ADDRESS:PORT, as in 127.0.0.1:7443")
        }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, isBracketed || !host.contains(":") else {
            throw ListenError("\(text) is no address with a port: an IPv6 address is written [ADDRESS]:PORT")
        }
        self.init(host: String(host), port: Int(port))
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
