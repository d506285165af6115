internal import JSON

/// Credentials for a registry. They go into a request header and nowhere else.
public struct RegistryLogin: Sendable, Hashable {
    static let header = "X-Registry-Auth"

    public var username: String
    public var password: String
    /// Host of the registry.
    public var server: String

    public init(username: String, password: String, server: String) {
        self.username = username
        self.password = password
        self.server = server
    }

    /// JSON in base64 with the URL alphabet (RFC 4648, 5), as the engine wants it.
    var headerValue: String {
        let json: JSONValue = [
            "username": .string(username), "password": .string(password), "serveraddress": .string(server),
        ]
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let bytes = json.encoded()
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                out.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

extension RegistryLogin: CustomStringConvertible {
    public var description: String { "login of \(username) at \(server)" }
}
