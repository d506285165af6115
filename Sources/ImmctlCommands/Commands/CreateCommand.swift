import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the ways to make objects. It has no options of its own: those of a subcommand would be taken for its.
struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make objects that do not exist yet: those of a manifest, a namespace, or a secret.",
        discussion: """
            What exists already is an error (exit status 4); apply makes and changes.

            Examples:
              immctl create -f web.yaml
              immctl create -f web.yaml --dry-run server -o yaml
              immctl create namespace shop
              immctl create secret generic db --from-literal password=example
            """,
        subcommands: [CreateFilesCommand.self, CreateNamespaceCommand.self, CreateSecretCommand.self],
        defaultSubcommand: CreateFilesCommand.self)
}

/// `create -f`.
struct CreateFilesCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract: "Make the objects of a manifest; what `create -f` means.",
        discussion: """
            Examples:
              immctl create -f web.yaml
              immctl create -f manifests/ -R --dry-run server
            """)

    @OptionGroup var files: FileOptions

    @Option(help: "Whether to change anything: none, client (only check the manifest) or server (try it there).")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        guard !files.isEmpty else {
            throw .usage(
                "say what to create", hints: ["-f FILE, or `create namespace NAME`, or `create secret generic NAME`"])
        }
        let documents = try ApplyDocuments(
            files.files, recursive: files.recursive, namespace: namespace.namespace, allowsGeneratedNames: true,
            invocation.console
        ).documents
        let creation = Creation(dryRun: dryRun, server: server, output: output.output)
        return try await creation.run(documents, invocation)
    }
}

struct CreateNamespaceCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "namespace",
        abstract: "Make a namespace.",
        discussion: """
            Examples:
              immctl create namespace shop
              immctl create ns shop --dry-run client -o yaml
            """,
        aliases: ["ns"])

    @Argument(help: "The name.")
    var name: String

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let object: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        let creation = Creation(dryRun: dryRun, server: server, output: output.output)
        return try await creation.run(object, Namespace.resourceType, invocation)
    }
}
