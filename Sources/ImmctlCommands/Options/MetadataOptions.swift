import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// What `label` and `annotate` share: which objects, which changes.
struct MetadataOptions: ParsableArguments {
    @Argument(help: "KIND NAME…, or KIND/NAME…, then KEY=VALUE to set and KEY- to remove.")
    var words: [String] = []

    @OptionGroup var files: FileOptions

    @Flag(help: "All objects of the kind in the namespace.")
    var all = false

    @Flag(help: "Change keys that have another value already.")
    var overwrite = false

    @Flag(help: "Print what there is.")
    var list = false

    @Option(help: "Only if the object has this version.")
    var resourceVersion: String?

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions
    @OptionGroup var server: ServerOptions

    func run(
        _ map: MetadataChange.Map, _ invocation: Invocation
    ) async throws(CommandFailure) -> CommandStatus {
        let (objects, changes) = MetadataChange.split(words)
        guard !changes.isEmpty || list else {
            throw .usage("no change is given", hints: ["write KEY=VALUE to set, and KEY- to remove"])
        }
        guard objects.isEmpty != files.isEmpty else {
            throw .usage(objects.isEmpty ? "name the objects, or a file with -f" : "names and -f exclude each other")
        }
        let change = try MetadataChange(map, changes, overwrite: overwrite)
        let named = files.isEmpty ? nil : try files.load(invocation, namespace.namespace).references
        let selection = ObjectSelection(
            words: objects, namespace: namespace.name, selector: selector.listOptions, all: all)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let references: [ObjectReference]
            if let named { references = named } else { references = try await selection.references(session) }
            guard !changes.isEmpty else { return try await show(map, references, session, invocation.console) }
            let run = MetadataRun(change: change, session: session, resourceVersion: resourceVersion, dryRun: dryRun)
            return try await ChangeLoop(console: invocation.console, output: output.output)
                .run(references) { reference throws(CommandFailure) in try await run.run(reference) }
        }
    }

    private func show(
        _ map: MetadataChange.Map, _ references: [ObjectReference], _ session: Session, _ console: Console
    ) async throws(CommandFailure) -> CommandStatus {
        for reference in references {
            let object = try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.get(reference)
            }
            if references.count > 1 { console.print("\(reference.qualifiedName):") }
            let indent = references.count > 1 ? "  " : ""
            for member in object[path: ["metadata", map.rawValue]]?.objectValue ?? JSONObject() {
                console.print("\(indent)\(member.key)=\(member.value.stringValue ?? "")".singleLine)
            }
        }
        return .success
    }
}
