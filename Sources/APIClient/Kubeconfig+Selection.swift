import Ambient
import HTTPTransport
import InfraAPI
import JSON

/// What a context of a kubeconfig says: where the server is, who we are, and in which namespace.
public struct SelectedServer: Sendable, Hashable {
    public let context: String
    public let location: ServerLocation
    public let namespace: String?
    /// Whether the file says not to verify the server.
    public let isUnverified: Bool
}

extension Kubeconfig {
    /// Settings that change where requests go, or as whom: what is not done must not be passed over.
    private static let refused = [
        ("cluster", "proxy-url"), ("cluster", "tls-server-name"), ("user", "exec"), ("user", "auth-provider"),
        ("user", "username"), ("user", "password"), ("user", "tokenFile"), ("user", "as"), ("user", "as-groups"),
    ]

    /// - Parameters:
    ///   - context: nil: the current one.
    ///   - directory: of the file, to which its paths are relative.
    /// - Throws: `KubeconfigError` when something is missing or not supported.
    public func select(context name: String?, directory: String) throws(KubeconfigError) -> SelectedServer {
        guard let name = name ?? currentContext else {
            throw KubeconfigError(
                "the kubeconfig has no current context; choose one: \(contextNames.joined(separator: ", "))")
        }
        guard let context = entry("contexts", name)?["context"] else {
            throw KubeconfigError(
                "the kubeconfig has no context \"\(name)\"; there are: \(contextNames.joined(separator: ", "))")
        }
        let cluster = try named("cluster", in: context, of: name)
        let user = try named("user", in: context, of: name)
        for (body, field) in Kubeconfig.refused {
            guard let value = (body == "user" ? user : cluster)[field], !value.isNull, value != "" else { continue }
            throw KubeconfigError("the \(body) of the context \"\(name)\" has \(field), which immctl does not support")
        }
        guard let server = cluster["server"]?.stringValue, server.hasPrefix("https://") || server.hasPrefix("http://")
        else { throw KubeconfigError("the cluster of the context \"\(name)\" has no server: https://…") }
        let isUnverified = cluster["insecure-skip-tls-verify"]?.boolValue ?? false
        let tls = TLSOptions(
            certificateAuthority: try material(cluster, "certificate-authority", directory),
            clientCertificate: try material(user, "client-certificate", directory),
            clientKey: try material(user, "client-key", directory), verifiesServer: !isUnverified)
        let namespace = context["namespace"]?.stringValue
        return SelectedServer(
            context: name, location: .url(server, tls: tls, bearerToken: user["token"]?.stringValue),
            namespace: namespace == "" ? nil : namespace, isUnverified: isUnverified)
    }

    private func named(
        _ kind: String, in context: JSONValue, of name: String
    ) throws(KubeconfigError) -> JSONValue {
        guard let wanted = context[kind]?.stringValue, !wanted.isEmpty else { return [:] }
        guard let entry = entry(kind + "s", wanted)?[kind] else {
            throw KubeconfigError("the context \"\(name)\" names the \(kind) \"\(wanted)\", which is not in the file")
        }
        return entry
    }

    /// Data counts before a file, as for kubectl.
    private func material(
        _ entry: JSONValue, _ field: String, _ directory: String
    ) throws(KubeconfigError) -> TLSOptions.Material? {
        if let data = entry[field + "-data"]?.stringValue, !data.isEmpty {
            guard let bytes = Base64.decode(data) else { throw KubeconfigError("\(field)-data is no base64") }
            return .pem(bytes)
        }
        guard let path = entry[field]?.stringValue, !path.isEmpty else { return nil }
        return .file(path: path.hasPrefix("/") ? path : directory + "/" + path)
    }
}
