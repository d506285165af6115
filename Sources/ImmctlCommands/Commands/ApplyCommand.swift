import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct ApplyCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the objects of a manifest, or change them to what it says.",
        discussion: """
            Every document is validated before anything is applied. The server merges (server-side apply): fields that \
            others manage are kept, or are a conflict (exit status 4).

            Examples:
              immctl apply -f web.yaml
              immctl apply -f manifests/ -R
              immctl apply -f web.yaml --dry-run server
              cat web.yaml | immctl apply -f -
            """)

    @OptionGroup var manifests: ApplyOptions

    @Option(help: "Whether to change anything: none, client (only check the manifest) or server (try it there).")
    var dryRun: DryRun = .none

    @OptionGroup var output: ChangeOutputOptions

    func validate() throws {
        if manifests.files.isEmpty { throw ValidationError("say what to apply with -f FILE, -f FOLDER or -f -") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let documents = try manifests.documents(invocation)
        let rendering = OutputRendering(console: invocation.console)
        if dryRun == .client {
            let changes = documents.map { ObjectChange($0.reference, .valid, $0.object, .client) }
            for change in changes { rendering.show(change, as: output.output) }
            try rendering.finish(changes, as: output.output)
            return .success
        }
        return try await manifests.server.withSession(invocation) { session throws(CommandFailure) in
            let run = manifests.run(session, invocation)
            let previews = try await run.preview(documents)
            var status = CommandStatus.success
            var changes: [ObjectChange] = []
            for preview in previews {
                do throws(CommandFailure) {
                    let change =
                        dryRun == .server
                        ? ObjectChange(
                            preview.document.reference, preview.verb, preview.applied ?? preview.document.object,
                            .server)
                        : try await run.apply(preview)
                    changes.append(change)
                    rendering.show(change, as: output.output)
                } catch {
                    if error.status == .noServer { throw error }
                    invocation.console.report(error)
                    status = status.joined(with: error.status)
                }
            }
            try rendering.finish(changes, as: output.output)
            return status
        }
    }
}
