import APIClient
import ArgumentParser
import HTTPTransport
import Manifests

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

struct ConfigAddCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a way to a server: a cluster, a user and a context of one name.",
        discussion: """
            Taken over from the current context of another kubeconfig, as immd's admin.kubeconfig; with --token-file for the \
            bearer of a token instead. It becomes the current context where there is none, or with --use.

            Examples:
              immctl config add --from /var/lib/imm/admin.kubeconfig --to ~/.kube/config
              immctl token create ci | immctl config add --from admin.kubeconfig --token-file - --to ci.kubeconfig
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

    @Option(name: .shortAndLong, help: "Namespace of the context.")
    var namespace: String?

    @Flag(help: "Make it the current context.")
    var use = false

    @OptionGroup var file: ConfigFileOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let target = try file.file(invocation)
        let entry = try entry(invocation)
        var config = target.exists ? try target.read() : .empty
        do throws(KubeconfigError) {
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
        guard case .url(let server, let tls?, let bearer) = selected.location,
            case .pem(let authority)? = tls.certificateAuthority
        else {
            throw CommandFailure(
                .failed, "\(from): the server's authority must stand in the file as certificate-authority-data")
        }
        let identity: Kubeconfig.Entry.Identity
        switch (try token(invocation) ?? bearer, tls.clientCertificate, tls.clientKey) {
        case (let token?, _, _): identity = .token(token)
        case (nil, .pem(let certificate)?, .pem(let key)?):
            identity = .certificate(
                certificatePEM: String(decoding: certificate, as: UTF8.self),
                keyPEM: String(decoding: key, as: UTF8.self))
        default: throw CommandFailure(.failed, "\(from): the user has neither a token nor a certificate with its key")
        }
        return Kubeconfig.Entry(
            name: name, server: server, authorityPEM: String(decoding: authority, as: UTF8.self), identity: identity,
            namespace: namespace ?? selected.namespace)
    }

    private func token(_ invocation: Invocation) throws(CommandFailure) -> String? {
        guard let tokenFile else { return nil }
        let bytes = tokenFile == "-" ? try invocation.console.input() : try TokenFile.read(tokenFile)
        let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard token.count == 1 else {
            throw CommandFailure(.failed, "\(tokenFile) must hold one token and nothing else")
        }
        return String(token[0])
    }
}

private enum TokenFile {
    private static let maximumBytes = 4_096

    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes)
        let count = systemRead(descriptor, &bytes, bytes.count)
        guard count > 0 else { throw CommandFailure(.failed, "\(path) is empty, or cannot be read") }
        return Array(bytes[..<count])
    }
}

// Inside the type the name means its own method.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
