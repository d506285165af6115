import Ambient
import JSON

extension Kubeconfig {
    /// One way to one server: a cluster, a user and a context of the same name.
    public struct Entry: Sendable, Hashable {
        public enum Identity: Sendable, Hashable {
            case certificate(certificatePEM: String, keyPEM: String)
            case token(String)
        }

        public var name: String
        /// `https://host:port`
        public var server: String
        public var authorityPEM: String
        public var identity: Identity
        public var namespace: String?

        public init(
            name: String, server: String, authorityPEM: String, identity: Identity, namespace: String? = nil
        ) {
            self.name = name
            self.server = server
            self.authorityPEM = authorityPEM
            self.identity = identity
            self.namespace = namespace
        }
    }

    /// Marks what imm wrote, so that nothing else is ever overwritten.
    private static let markName = "imm.dev"
    private static let mark: JSONValue = [["name": .string(markName), "extension": ["managedBy": "imm"]]]

    /// Adds an entry, or puts it in the place of one that imm wrote.
    ///
    /// - Throws: `CredentialError` when somebody else's cluster, user or context has that name.
    public mutating func add(_ entry: Entry) throws(CredentialError) {
        for (list, body) in [("clusters", "cluster"), ("users", "user"), ("contexts", "context")] {
            guard let stored = self.entry(list, entry.name) else { continue }
            let marks = stored[body]?["extensions"]?.arrayValue ?? []
            guard marks.contains(where: { $0["name"]?.stringValue == Kubeconfig.markName }) else {
                throw CredentialError(
                    "the kubeconfig has a \(body) \"\(entry.name)\" that imm did not write; choose another --name")
            }
        }
        put(entry)
    }

    /// Makes a context the current one.
    ///
    /// - Throws: `CredentialError` when there is none of that name.
    public mutating func use(context name: String) throws(CredentialError) {
        guard entry("contexts", name) != nil else {
            throw CredentialError("there is no context \"\(name)\"; there are: \(contextNames.joined(separator: ", "))")
        }
        json["current-context"] = .string(name)
    }

    mutating func put(_ entry: Entry) {
        let user: JSONValue =
            switch entry.identity {
            case .certificate(let certificate, let key):
                [
                    "client-certificate-data": .string(Base64.encode(Array(certificate.utf8))),
                    "client-key-data": .string(Base64.encode(Array(key.utf8))), "extensions": Kubeconfig.mark,
                ]
            case .token(let token): ["token": .string(token), "extensions": Kubeconfig.mark]
            }
        var context: JSONValue = [
            "cluster": .string(entry.name), "user": .string(entry.name), "extensions": Kubeconfig.mark,
        ]
        if let namespace = entry.namespace { context["namespace"] = .string(namespace) }
        put(
            "clusters", entry.name, "cluster",
            [
                "server": .string(entry.server),
                "certificate-authority-data": .string(Base64.encode(Array(entry.authorityPEM.utf8))),
                "extensions": Kubeconfig.mark,
            ])
        put("users", entry.name, "user", user)
        put("contexts", entry.name, "context", context)
    }

    private mutating func put(_ list: String, _ name: String, _ key: String, _ body: JSONValue) {
        var entries = json[list]?.arrayValue ?? []
        let entry = JSONValue.object(JSONObject([("name", .string(name)), (key, body)]))
        if let index = entries.firstIndex(where: { $0["name"]?.stringValue == name }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
        json[list] = .array(entries)
    }
}
