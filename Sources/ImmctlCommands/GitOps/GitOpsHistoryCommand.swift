import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsHistoryCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the last syncs of a source that did something or failed anew, the newest first.",
        discussion: """
            Applied: the commit's objects were applied in full. Refused: nothing was changed, since the commit was bad or was \
            not let in. Failed: it broke off between.

            Examples:
              immctl gitops history fleet
              immctl gitops history fleet -o json
            """)

    @OptionGroup var target: GitSourceTarget
    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let source: GitSource = try await session.client.load(reference)
            let records = source.json[path: ["status", "history"]]?.arrayValue ?? []
            try OutputRendering(console: invocation.console).show(
                ["source": .string(source.name), "history": .array(records.reversed())], as: output.output
            ) {
                SyncHistory.table(source.status.history, now: invocation.now).map { $0.lines() }
                    ?? ["\(reference.qualifiedName) has no history yet"]
            }
            return .success
        }
    }
}
