import ArgumentParser
import ClusterCredentials
import HTTPTransport
import Manifests

struct ConfigAddCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a way to a server: a cluster, a user and a context of one name.",
        discussion: """
            Taken over from the current context of another kubeconfig, as immd's admin.kubeconfig; with --token-file for the \
            bearer of a token instead, with --client-certificate and --client-key for the holder of a certificate. It \
            becomes the current context where there is none, or with --use.

            Examples:
              immctl config add --from /var/lib/imm/admin.kubeconfig --to ~/.kube/config
              immctl token create ci | immctl config add --from admin.kubeconfig --token-file - --to ci.kubeconfig
              immctl config add --from admin.kubeconfig --client-certificate alice.crt --client-key alice.key --to alice.kubeconfig
            """)

    @Option(help: ArgumentHelp("The kubeconfig to take it from.", valueName: "path"), completion: .file())
    var from: String

    @Option(help: "Name of the cluster, user and context.")
    var name: String = "imm"

    @Option(
        help: ArgumentHelp(
            "File with a token, which takes the place of the certificate; - is the standard input.", valueName: "path"),
        completion: .file())
    var tokenFile: String?

    @Option(help: ArgumentHelp("File with a client certificate (PEM).", valueName: "path"), completion: .file())
    var clientCertificate: String?

    @Option(help: ArgumentHelp("File with its key (PEM).", valueName: "path"), completion: .file())
    var clientKey: String?

    @Option(name: .shortAndLong, help: "Namespace of the context.")
    var namespace: String?

    @Flag(help: "Make it the current context.")
    var use = false

    @OptionGroup var file: ConfigFileOptions

    func validate() throws {
        if (clientCertificate == nil) != (clientKey == nil) {
            throw ValidationError("--client-certificate and --client-key go together")
        }
        if tokenFile != nil && clientKey != nil {
            throw ValidationError("--token-file and --client-key exclude each other")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let target = try file.file(invocation)
        let entry = try entry(invocation)
        var config = target.exists ? try target.read() : .empty
        do throws(CredentialError) {
            try config.add(entry)
            if use || config.currentContext == nil { try config.use(context: name) }
        } catch {
            throw CommandFailure(.failed, "\(target.path): \(error.message)")
        }
        try target.write(config)
        invocation.console.print("\(target.path): context \(name) written")
        return .success
    }

    private func entry(_ invocation: Invocation) throws(CommandFailure) -> Kubeconfig.Entry {
        let selected = try KubeconfigFile(path: from).select(context: nil)
        guard case .pem(let authority)? = selected.tls.certificateAuthority else {
            throw CommandFailure(
                .failed, "\(from): the server's authority must stand in the file as certificate-authority-data")
        }
        let identity: Kubeconfig.Entry.Identity
        if let clientCertificate, let clientKey {
            identity = .certificate(
                certificatePEM: try PEMFile.read(clientCertificate, marker: "CERTIFICATE"),
                keyPEM: try PEMFile.read(clientKey, marker: "PRIVATE KEY"))
        } else {
            identity = try self.identity(selected, invocation)
        }
        return Kubeconfig.Entry(
            name: name, server: selected.server, authorityPEM: String(decoding: authority, as: UTF8.self),
            identity: identity,
            namespace: namespace ?? selected.namespace)
    }

    /// The token that is given, else who the kubeconfig says one is.
    private func identity(
        _ selected: SelectedCluster, _ invocation: Invocation
    ) throws(CommandFailure) -> Kubeconfig.Entry.Identity {
        let bearer: String? = if case .token(let token) = selected.bearer { token } else { nil }
        switch (try token(invocation) ?? bearer, selected.tls.clientCertificate, selected.tls.clientKey) {
        case (let token?, _, _): return .token(token)
        case (nil, .pem(let certificate)?, .pem(let key)?):
            return .certificate(
                certificatePEM: String(decoding: certificate, as: UTF8.self),
                keyPEM: String(decoding: key, as: UTF8.self))
        default: throw CommandFailure(.failed, "\(from): the user has neither a token nor a certificate with its key")
        }
    }

    private func token(_ invocation: Invocation) throws(CommandFailure) -> String? {
        guard let tokenFile else { return nil }
        let bytes =
            tokenFile == "-" ? try invocation.console.input() : try LocalFile.contents(of: tokenFile, limit: 4_096)
        let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard token.count == 1 else {
            throw CommandFailure(.failed, "\(tokenFile) must hold one token and nothing else")
        }
        return String(token[0])
    }
}

private enum PEMFile {
    static func read(_ path: String, marker: String) throws(CommandFailure) -> String {
        let text = String(decoding: try LocalFile.contents(of: path, limit: 64 << 10), as: UTF8.self)
        guard text.contains("-----BEGIN "), text.contains("\(marker)-----") else {
            throw CommandFailure(.failed, "\(path) holds no PEM text of a \(marker.lowercased())")
        }
        return text
    }
}
