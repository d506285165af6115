public import JSON

/// A kubeconfig file, as Kubernetes' tools share it: clusters, users and contexts by name.
///
/// It keeps what it does not know, so that a file can be changed without loss.
public struct Kubeconfig: Sendable, Hashable {
    public internal(set) var json: JSONValue

    /// - Throws: `CredentialError` unless it is a mapping of kind Config.
    public init(json: JSONValue) throws(CredentialError) {
        guard json.objectValue != nil, [nil, "Config"].contains(json["kind"]?.stringValue) else {
            throw CredentialError("this is no kubeconfig: a mapping with kind Config is expected")
        }
        self.json = json
    }

    private init(checked json: JSONValue) { self.json = json }

    public static let empty = Kubeconfig(checked: [
        "apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": [], "current-context": "",
    ])

    /// A file with one way to one server, which is the current one.
    public static func single(_ entry: Entry) -> Kubeconfig {
        var config = Kubeconfig.empty
        config.put(entry)
        config.json["current-context"] = .string(entry.name)
        return config
    }

    /// The contexts' names, in the file's order.
    public var contextNames: [String] {
        (json["contexts"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    public var currentContext: String? {
        json["current-context"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    func entry(_ list: String, _ name: String) -> JSONValue? {
        json[list]?.arrayValue?.first { $0["name"]?.stringValue == name }
    }
}
