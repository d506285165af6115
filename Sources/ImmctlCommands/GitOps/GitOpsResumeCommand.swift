import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsResumeCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Fetch and apply again.",
        discussion: """
            The repository is looked at at once.

            Examples:
              immctl gitops resume fleet
              immctl gitops resume fleet shop -n prod
            """)

    @OptionGroup var target: GitSourceTargets
    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let references = try target.references()
        guard !references.isEmpty else { throw .usage("which sources?", hints: ["see `immctl gitops status`"]) }
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            _ = try await GitSourceChange(session: session, console: invocation.console).apply(
                ["spec": ["suspend": false]], to: references, as: output.output
            ) { before in
                before.spec.suspend == false ? ("is not suspended", false) : ("resumed", true)
            }
            return .success
        }
    }
}
