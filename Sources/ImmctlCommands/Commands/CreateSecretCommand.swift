import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the types of secrets, as kubectl does.
struct CreateSecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Make a secret.",
        discussion: """
            Examples:
              immctl create secret generic db --from-literal password=example
              immctl create secret generic tls --from-file tls.key --from-file crt=server.crt
            """,
        subcommands: [CreateGenericSecretCommand.self])
}

struct CreateGenericSecretCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "generic",
        abstract: "Make a secret from files and texts.",
        discussion: """
            A text on the command line can be read by others in the list of processes: --from-file - takes it from the \
            standard input.

            Examples:
              immctl create secret generic db --from-literal user=shop --from-file password=-
              immctl create secret generic tls --from-file tls.key --from-file crt=server.crt
            """)

    private static let maximumFileBytes = 1 << 20

    @Argument(help: "The name.")
    var name: String

    @Option(help: ArgumentHelp("A key and its text; may be repeated.", valueName: "key=text"))
    var fromLiteral: [String] = []

    @Option(
        help: ArgumentHelp("A file, under its own name or under a key; may be repeated.", valueName: "[key=]path"),
        completion: .file())
    var fromFile: [String] = []

    @Option(help: "The type of the secret.")
    var type = "Opaque"

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        var data = JSONObject()
        func add(_ key: String, _ bytes: [UInt8]) throws(CommandFailure) {
            guard data[key] == nil else { throw .usage("key \(key) is given twice") }
            data[key] = .string(Base64.encode(bytes))
        }
        for literal in fromLiteral {
            guard let equals = literal.firstIndex(of: "="), equals > literal.startIndex else {
                // Not the text itself: it may be secret.
                throw .usage("--from-literal has no key", hints: ["write --from-literal KEY=TEXT"])
            }
            try add(String(literal[..<equals]), Array(literal[literal.index(after: equals)...].utf8))
        }
        for file in fromFile {
            let parts = file.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts[parts.count - 1]
            let key =
                parts.count == 2
                ? parts[0] : String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
            guard !key.isEmpty, !path.isEmpty, key != "-" else {
                throw .usage("--from-file \(file) has no key", hints: ["write --from-file KEY=PATH"])
            }
            let bytes =
                path == "-"
                ? try invocation.console.input()
                : try LocalFile.contents(of: path, limit: CreateGenericSecretCommand.maximumFileBytes)
            try add(key, bytes)
        }
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": .string(name), "namespace": .string(namespace.name)], "type": .string(type),
            "data": .object(data),
        ]
        let creation = Creation(dryRun: dryRun, server: server, output: output.output)
        return try await creation.run(object, Secret.resourceType, invocation)
    }
}
