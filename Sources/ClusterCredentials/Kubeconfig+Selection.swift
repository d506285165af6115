import Ambient
public import HTTPTransport
import JSON

/// What a context of a kubeconfig says: where the server is, who we are, and in which namespace.
public struct SelectedCluster: Sendable, Hashable {
    public let context: String
    /// `https://host[:port][/prefix]`
    public private(set) var server: String
    /// With the user's certificate, where it stands in the kubeconfig or in a file.
    public let tls: TLSOptions
    public let bearer: BearerSource
    public let namespace: String?
    /// Whether the file says not to verify the server.
    public let isUnverified: Bool

    /// The same credentials at another address.
    public func moved(to server: String) -> SelectedCluster {
        var moved = self
        moved.server = server
        return moved
    }
}

/// Where the token of the requests comes from.
public enum BearerSource: Sendable, Hashable {
    /// Nowhere: a certificate says who we are, or nobody does.
    case none
    case token(String)
    /// A file whose content is replaced from time to time.
    case tokenFile(path: String)
    /// A program that is asked (client-go's credential plugins); it may answer with a certificate instead.
    case program(ExecPlugin)
}

extension Kubeconfig {
    /// Settings that change where requests go, or as whom: what is not done must not be passed over.
    private static let refused = [
        ("cluster", "proxy-url"), ("cluster", "tls-server-name"), ("user", "auth-provider"), ("user", "username"),
        ("user", "password"), ("user", "as"), ("user", "as-uid"), ("user", "as-groups"), ("user", "as-user-extra"),
    ]

    /// - Parameters:
    ///   - context: nil: the current one.
    ///   - directory: of the file, to which its paths are relative. nil: the kubeconfig is a document that somebody sent, for
    ///     whom no file of this machine is read and no program is run.
    /// - Throws: `CredentialError` when something is missing or not supported.
    public func select(context name: String?, directory: String?) throws(CredentialError) -> SelectedCluster {
        guard let name = name ?? currentContext else {
            throw CredentialError(
                "the kubeconfig has no current context; choose one: \(contextNames.joined(separator: ", "))")
        }
        guard let context = entry("contexts", name)?["context"] else {
            throw CredentialError(
                "the kubeconfig has no context \"\(name)\"; there are: \(contextNames.joined(separator: ", "))")
        }
        let cluster = try named("cluster", in: context, of: name)
        let user = try named("user", in: context, of: name)
        for (body, field) in Kubeconfig.refused {
            guard let value = (body == "user" ? user : cluster)[field], !value.isNull, value != "" else { continue }
            throw CredentialError("the \(body) of the context \"\(name)\" has \(field), which imm does not support")
        }
        guard let server = cluster["server"]?.stringValue, server.hasPrefix("https://") || server.hasPrefix("http://")
        else { throw CredentialError("the cluster of the context \"\(name)\" has no server: https://…") }
        let isUnverified = cluster["insecure-skip-tls-verify"]?.boolValue ?? false
        let tls = TLSOptions(
            certificateAuthority: try material(cluster, "certificate-authority", directory),
            clientCertificate: try material(user, "client-certificate", directory),
            clientKey: try material(user, "client-key", directory), verifiesServer: !isUnverified)
        let namespace = context["namespace"]?.stringValue
        return SelectedCluster(
            context: name, server: server, tls: tls, bearer: try bearer(user, cluster, directory),
            namespace: namespace == "" ? nil : namespace, isUnverified: isUnverified)
    }

    private func named(
        _ kind: String, in context: JSONValue, of name: String
    ) throws(CredentialError) -> JSONValue {
        guard let wanted = context[kind]?.stringValue, !wanted.isEmpty else { return [:] }
        guard let entry = entry(kind + "s", wanted)?[kind] else {
            throw CredentialError("the context \"\(name)\" names the \(kind) \"\(wanted)\", which is not in the file")
        }
        return entry
    }

    /// Data counts before a file, as for kubectl.
    private func material(
        _ entry: JSONValue, _ field: String, _ directory: String?
    ) throws(CredentialError) -> TLSOptions.Material? {
        if let data = entry[field + "-data"]?.stringValue, !data.isEmpty {
            guard let bytes = Base64.decode(data) else { throw CredentialError("\(field)-data is no base64") }
            return .pem(bytes)
        }
        guard let path = entry[field]?.stringValue, !path.isEmpty else { return nil }
        return .file(path: try absolute(path, field, directory))
    }

    /// A file's token counts before one that stands in the kubeconfig, and a program is asked where there is neither, as for
    /// kubectl.
    private func bearer(
        _ user: JSONValue, _ cluster: JSONValue, _ directory: String?
    ) throws(CredentialError) -> BearerSource {
        if let path = user["tokenFile"]?.stringValue, !path.isEmpty {
            return .tokenFile(path: try absolute(path, "tokenFile", directory))
        }
        if let token = user["token"]?.stringValue, !token.isEmpty { return .token(token) }
        guard let exec = user["exec"], !exec.isNull else { return .none }
        guard let directory else {
            throw CredentialError(
                "this kubeconfig may not name programs: put a token or a certificate in place of exec")
        }
        return .program(try ExecPlugin(exec, cluster: cluster, directory: directory))
    }

    private func absolute(
        _ path: String, _ field: String, _ directory: String?
    ) throws(CredentialError) -> String {
        guard let directory else {
            throw CredentialError("this kubeconfig may not name files: put the content of \(field) into it")
        }
        return path.hasPrefix("/") ? path : directory + "/" + path
    }
}
