import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct DeleteCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete objects, by name or as a manifest names them.",
        discussion: """
            Volumes are never deleted with a set: they become orphaned.

            Examples:
              immctl delete instanceset/web
              immctl delete -f web.yaml
              immctl delete iset/web --cascade orphan
              immctl delete iset -l app=web --wait=false
            """)

    enum Cascade: String, ExpressibleByArgument, CaseIterable {
        case background, foreground, orphan

        var propagation: DeleteOptions.Propagation {
            switch self {
            case .background: .background
            case .foreground: .foreground
            case .orphan: .orphan
            }
        }
    }

    @Argument(help: "KIND NAME…, or KIND/NAME…")
    var objects: [String] = []

    @OptionGroup var files: FileOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions

    @Flag(help: "All objects of the kind in the namespace.")
    var all = false

    @Option(help: "What becomes of the instances: background, foreground or orphan.")
    var cascade: Cascade = .background

    @Option(help: "Wait until the objects are gone: true or false.")
    var wait = true

    @Option(help: "How long to wait.")
    var timeout = DurationArgument(.seconds(300))

    @Flag(help: "No error when an object does not exist.")
    var ignoreNotFound = false

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        if files.isEmpty && objects.isEmpty { throw ValidationError("name the objects, or a file with -f") }
        if !files.isEmpty && !objects.isEmpty { throw ValidationError("names and -f exclude each other") }
        if !files.isEmpty && (all || !selector.isEmpty) {
            throw ValidationError("-f and a selector exclude each other")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let named = files.isEmpty ? nil : try files.load(invocation, namespace.namespace).references
        let selection = ObjectSelection(
            words: objects, namespace: namespace.name, selector: selector.listOptions, all: all)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let references: [ObjectReference]
            if let named {
                // What was made last goes first: sets before the Namespace that holds them.
                references = named.reversed()
            } else {
                references = try await selection.references(session)
            }
            let deletion = Deletion(
                session: session, invocation: invocation, cascade: cascade.propagation, dryRun: dryRun,
                ignoreNotFound: ignoreNotFound || selection.isByQuery, output: output.output)
            let status = try await deletion.delete(references)
            guard wait, dryRun == .none else { return status }
            return status.joined(with: try await deletion.waitUntilGone(timeout: timeout.duration))
        }
    }
}
