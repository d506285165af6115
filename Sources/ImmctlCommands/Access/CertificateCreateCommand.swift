import ArgumentParser
import JSON
import ResourceAPI

struct CertificateCreateCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a client certificate: NAME.crt and NAME.key.",
        discussion: """
            The key is made by the server, told this once and kept nowhere else; its file has mode 0600. Files that are \
            there already are not replaced.

            Examples:
              immctl certificate create alice --group ops --expires 30d
              immctl certificate create root2 --admin --expires 1d --to keys/root2
              immctl config add --from admin.kubeconfig --client-certificate alice.crt --client-key alice.key --to alice.kubeconfig
            """)

    @Argument(help: "The user: the certificate's common name.")
    var name: String

    @Option(help: ArgumentHelp("A group of the user: an organisation; may be given several times.", valueName: "name"))
    var group: [String] = []

    @Option(help: "When it ends: 12h, 30d; at most a year, without it 90 days.")
    var expires: LifetimeArgument?

    @Flag(help: "Let its holder do everything.")
    var admin = false

    @Option(
        help: ArgumentHelp("The files without .crt and .key; without it, NAME.", valueName: "path"),
        completion: .file())
    var to: String?

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if to == nil, name.contains("/") || name.hasPrefix(".") {
            throw ValidationError("\(name) is no name of a file: say where with --to")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        var body: JSONValue = [
            "user": .string(name), "groups": .array(group.map(JSONValue.string)), "admin": .bool(admin),
        ]
        if let expires { body["expiresInSeconds"] = .int(Int64(expires.seconds)) }
        let target = to ?? name
        // Made first: a certificate without a place for its key would be lost.
        try LocalFile.write([], to: target + ".key", isNew: true)
        var isDone = false
        defer { if !isDone { LocalFile.remove(target + ".key") } }
        let status = try await server.withSession(invocation) { session throws(CommandFailure) in
            var answer = try await request("make the certificate of \(name)") { () throws(APIStatus) in
                try await session.json(CertificateCommand.path, body)
            }
            guard let certificate = answer["certificate"]?.stringValue, let key = answer["key"]?.stringValue else {
                throw CommandFailure(.failed, "the server's answer holds no certificate and key")
            }
            try LocalFile.write(Array(certificate.utf8), to: target + ".crt", isNew: true)
            try LocalFile.write(Array(key.utf8), to: target + ".key")
            (answer["certificate"], answer["key"]) = (nil, nil)
            try OutputRendering(console: invocation.console).show(answer, as: output.output) {
                [
                    "\(target).crt and \(target).key written: serial number "
                        + "\((answer["serial"]?.stringValue ?? "").singleLine), until "
                        + "\((answer["expiresAt"]?.stringValue ?? "").singleLine)"
                ]
            }
            return CommandStatus.success
        }
        isDone = true
        return status
    }
}
