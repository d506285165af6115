import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

extension PatchType: ExpressibleByArgument {}

struct PatchCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Change some fields of objects.",
        discussion: """
            A merge patch (RFC 7386) is a part of the object, in which null removes a field and a list replaces a list; a \
            JSON patch (RFC 6902) is a list of operations. Both may be JSON or YAML.

            Examples:
              immctl patch instanceset/web -p '{"spec":{"paused":true}}'
              immctl patch iset web db --patch-file pause.yaml
              immctl patch iset/web --type json -p '[{"op":"remove","path":"/metadata/labels/tier"}]'
              immctl patch iset/web --subresource scale -p '{"spec":{"replicas":5}}'
            """)

    @Argument(help: "KIND NAME…, or KIND/NAME…")
    var objects: [String] = []

    @OptionGroup var files: FileOptions

    @Option(name: [.customShort("p"), .long], help: "The patch, in JSON or YAML.")
    var patch: String?

    @Option(help: "A file with the patch; - is the standard input.", completion: .file())
    var patchFile: String?

    @Option(help: "merge or json.")
    var type: PatchType = .merge

    @Option(help: "The subresource to patch: status or scale.")
    var subresource: PatchedPart?

    enum PatchedPart: String, ExpressibleByArgument, CaseIterable {
        case status, scale

        var subresource: Subresource { self == .status ? .status : .scale }
    }

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if (patch == nil) == (patchFile == nil) {
            throw ValidationError("give the patch with -p or with --patch-file, and not with both")
        }
        if files.isEmpty == objects.isEmpty { throw ValidationError("name the objects, or a file with -f") }
        if dryRun == .client && subresource != nil {
            throw ValidationError("--dry-run client knows no subresources; use --dry-run server")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let patch = try read(invocation.console)
        let references =
            try files.isEmpty
            ? ResourceWords.references(objects, in: namespace.name)
            : files.load(invocation, namespace.namespace).references
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            try await ChangeLoop(console: invocation.console, output: output.output).run(references) {
                reference throws(CommandFailure) in
                try await apply(patch, to: reference, session)
            }
        }
    }

    private func read(_ console: Console) throws(CommandFailure) -> PatchText {
        if let patch { return try PatchText(Array(patch.utf8), name: "-p", type: type) }
        let path = patchFile ?? "-"
        let bytes = path == "-" ? try console.input() : try LocalFile.contents(of: path, limit: 4 << 20)
        return try PatchText(bytes, name: path == "-" ? "<stdin>" : path, type: type)
    }

    private func apply(
        _ patch: PatchText, to reference: ObjectReference, _ session: Session
    ) async throws(CommandFailure) -> ObjectChange {
        try await request("patch \(reference.qualifiedName)") { () throws(APIStatus) in
            let client = session.client
            let stored = try await client.get(reference)
            let subresource = subresource?.subresource
            let result: JSONValue
            if dryRun == .client {
                result = try patch.applied(to: stored)
            } else {
                let options = WriteOptions(fieldManager: Session.fieldManager, dryRun: dryRun == .server)
                switch patch {
                case .merge(let value): result = try await client.mergePatch(reference, value, subresource, options)
                case .json(let value): result = try await client.jsonPatch(reference, value, subresource, options)
                }
            }
            let isChanged = result.resourceVersion != stored.resourceVersion || !ApplyRun.isEqual(result, stored)
            return ObjectChange(reference, isChanged ? .patched : .patchedNothing, result, dryRun)
        }
    }
}
