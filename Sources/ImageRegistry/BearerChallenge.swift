import HTTPTransport

/// What a registry asks for before it answers: `WWW-Authenticate: Bearer realm="…",service="…",scope="…"` (RFC 6750, 3, and the
/// Distribution token specification).
struct BearerChallenge: Sendable, Hashable {
    /// Where a token is given out.
    let realm: String
    let service: String?

    /// Of an answer, which may have a field for each challenge.
    init?(_ headers: HTTPHeaders) {
        let fields = headers.fields.filter { $0.name.lowercased() == "www-authenticate" }
        self.init(fields.map(\.value).joined(separator: ", "))
    }

    /// nil when the header holds no such challenge.
    init?(_ header: String) {
        var reader = ChallengeReader(header)
        while let scheme = reader.scheme() {
            let parameters = reader.parameters()
            guard scheme.lowercased() == "bearer" else { continue }
            guard let realm = parameters["realm"] else { return nil }
            self.realm = realm
            service = parameters["service"]
            return
        }
        return nil
    }

    /// Whether an answer asks for a name and a password itself (RFC 7617).
    static func asksForPassword(_ headers: HTTPHeaders) -> Bool {
        let fields = headers.fields.filter { $0.name.lowercased() == "www-authenticate" }
        var reader = ChallengeReader(fields.map(\.value).joined(separator: ", "))
        while let scheme = reader.scheme() {
            if scheme.lowercased() == "basic" { return true }
            _ = reader.parameters()
        }
        return false
    }

    /// The server of the realm, and the path with its query there; nil when it is none that may be asked: plain http to
    /// anybody but the registry itself, a name with a password, or no URL.
    func place(askedBy registry: RegistryOrigin) -> (origin: RegistryOrigin, path: String)? {
        guard realm.utf8.count <= 2048, realm.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !realm.contains("#"),
            let scheme = ["https://", "http://"].first(where: realm.hasPrefix)
        else { return nil }
        let rest = realm.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        let isHost = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || ".-_:[]".utf8.contains(byte)
        }
        guard !host.isEmpty, isHost else { return nil }
        let origin = RegistryOrigin(isEncrypted: scheme == "https://", host: String(host))
        guard origin.isEncrypted || origin == registry else { return nil }
        let path = rest.dropFirst(host.count)
        return (origin, path.hasPrefix("/") ? String(path) : "/" + path)
    }
}

/// Reads a list of challenges (RFC 9110, 11.6.1), of which each has a scheme and parameters with commas between them.
private struct ChallengeReader {
    private var rest: Substring

    init(_ text: String) { rest = Substring(text) }

    /// The next scheme: a word that no equals sign follows.
    mutating func scheme() -> String? {
        skip(" ,")
        let word = rest.prefix { !" ,=\"".contains($0) }
        guard !word.isEmpty else { return nil }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    mutating func parameters() -> [String: String] {
        var parameters: [String: String] = [:]
        while true {
            skip(" ,")
            let name = rest.prefix { !" ,=\"".contains($0) }
            // The next scheme, or the end.
            guard !name.isEmpty, rest.dropFirst(name.count).first == "=" else { return parameters }
            rest = rest.dropFirst(name.count + 1)
            parameters[name.lowercased()] = value()
        }
    }

    private mutating func value() -> String {
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != "," && $0 != " " }
            rest = rest.dropFirst(value.count)
            return String(value)
        }
        rest = rest.dropFirst()
        var value = ""
        while let next = rest.popFirst(), next != "\"" {
            value.append(next == "\\" ? rest.popFirst() ?? next : next)
        }
        return value
    }

    private mutating func skip(_ characters: String) { rest = rest.drop { characters.contains($0) } }
}
