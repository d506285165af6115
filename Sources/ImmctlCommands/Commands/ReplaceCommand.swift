import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct ReplaceCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace",
        abstract: "Put the objects of a manifest in the place of the stored ones.",
        discussion: """
            What the manifest leaves out is gone afterwards, whoever set it; apply merges instead. A resourceVersion in the \
            manifest must be the stored one (exit status 4). Instances are replaced only if the template changes.

            Examples:
              immctl replace -f web.yaml
              immctl get iset/web -o yaml | immctl replace -f -
              immctl replace -f web.yaml --dry-run server -o yaml
            """)

    @OptionGroup var files: FileOptions

    @Option(help: "Whether to change anything: none, client (only check the manifest) or server (try it there).")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if files.isEmpty { throw ValidationError("say what to put in place with -f FILE, -f FOLDER or -f -") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let documents = try files.load(invocation, namespace.namespace).documents
        let loop = ChangeLoop(console: invocation.console, output: output.output)
        if dryRun == .client {
            return try await loop.run(documents) { document throws(CommandFailure) in
                ObjectChange(document.reference, .replaced, document.object, .client)
            }
        }
        let options = WriteOptions(fieldManager: Session.fieldManager, dryRun: dryRun == .server)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            try await loop.run(documents) { document throws(CommandFailure) in
                do throws(APIStatus) {
                    let object = try await session.client.update(document.object, nil, options)
                    return ObjectChange(document.reference, .replaced, object, dryRun)
                } catch { throw document.failure(error, while: "replace") }
            }
        }
    }
}
