import ArgumentParser
import InfraAPI
import ResourceAPI

struct EditCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Edit stored objects in an editor.",
        discussion: """
            The editor is IMM_EDITOR, KUBE_EDITOR, VISUAL or EDITOR, else vi; it is started without a shell. What the server \
            refuses is opened again with its reason, and so is what somebody else changed meanwhile. Text that could not be \
            saved stays in a file that is named.

            Examples:
              immctl edit instanceset/web
              immctl edit iset web db -n shop
              immctl edit iset/web --edit-format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case yaml, json
    }

    @Argument(help: "KIND NAME…, or KIND/NAME…")
    var objects: [String]

    @Option(help: "What the editor is given: yaml or json.")
    var editFormat: Format = .yaml

    @Option(help: "Whether to change anything: none or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if dryRun == .client {
            throw ValidationError("edit has no --dry-run client: what you save is what would be sent")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let references = try ResourceWords.references(objects, in: namespace.name)
        let editor = try EditedText.editor(invocation.environment)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let run = EditRun(
                session: session, invocation: invocation, editor: editor, asJSON: editFormat == .json,
                dryRun: dryRun == .server)
            let rendering = OutputRendering(console: invocation.console)
            var changes: [ObjectChange] = []
            for reference in references {
                guard let change = try await run.edit(reference) else { continue }
                changes.append(change)
                rendering.show(change, as: output.output)
            }
            if !changes.isEmpty { try rendering.finish(changes, as: output.output) }
            return .success
        }
    }
}
