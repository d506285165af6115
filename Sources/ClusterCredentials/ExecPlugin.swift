import JSON

/// A program that makes credentials, as a kubeconfig names it (`user.exec`; Kubernetes' client-go credential plugins).
public struct ExecPlugin: Sendable, Hashable {
    /// Versions of the exchange; they differ in nothing that is used here.
    static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    let apiVersion: String
    /// A path, or a name to be looked for in `PATH`.
    let command: String
    let arguments: [String]
    /// On top of what the process has.
    let environment: [String: String]
    /// How to get the program, in the kubeconfig's words.
    let installHint: String?
    /// What the program is told of the cluster; nil where it did not ask.
    let cluster: JSONValue?

    /// - Throws: `CredentialError` for what cannot be run here: an unknown version, or a program that must ask a person.
    init(_ exec: JSONValue, cluster: JSONValue, directory: String) throws(CredentialError) {
        let version = exec["apiVersion"]?.stringValue ?? ""
        guard ExecPlugin.versions.contains(version) else {
            throw CredentialError(
                "the user's exec has apiVersion \"\(version)\"; supported: "
                    + ExecPlugin.versions.joined(separator: ", "))
        }
        guard let command = exec["command"]?.stringValue, !command.isEmpty else {
            throw CredentialError("the user's exec names no command")
        }
        guard exec["interactiveMode"]?.stringValue != "Always" else {
            throw CredentialError(
                "the user's exec (\(command)) has interactiveMode Always, and there is nobody here whom it could ask: "
                    + "use another user, or a token")
        }
        apiVersion = version
        let isRelative = command.contains("/") && !command.hasPrefix("/")
        self.command = isRelative ? directory + "/" + command : command
        arguments = (exec["args"]?.arrayValue ?? []).compactMap(\.stringValue)
        environment = Dictionary(
            (exec["env"]?.arrayValue ?? []).compactMap { entry in
                entry["name"]?.stringValue.map { ($0, entry["value"]?.stringValue ?? "") }
            }, uniquingKeysWith: { _, last in last })
        installHint = exec["installHint"]?.stringValue
        self.cluster = exec["provideClusterInfo"]?.boolValue == true ? ExecPlugin.info(of: cluster) : nil
    }

    /// `KUBERNETES_EXEC_INFO`: what is asked, as an ExecCredential without a status.
    var request: JSONValue {
        var spec: JSONValue = ["interactive": false]
        if let cluster { spec["cluster"] = cluster }
        return ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": spec]
    }

    private static func info(of cluster: JSONValue) -> JSONValue {
        var info: JSONValue = [:]
        for field in ["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data"] {
            if let value = cluster[field] { info[field] = value }
        }
        let extensions = cluster["extensions"]?.arrayValue ?? []
        let own = extensions.first { $0["name"]?.stringValue == "client.authentication.k8s.io/exec" }
        if let config = own?["extension"] { info["config"] = config }
        return info
    }
}
