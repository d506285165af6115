import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsSuspendCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Stop fetching and applying, until resume.",
        discussion: """
            What runs goes on. A suspended source of another source is resumed by the next sync of that one, unless its own manifest says suspend.

            Examples:
              immctl gitops suspend fleet
              immctl gitops suspend fleet shop -n prod
            """)

    @OptionGroup var target: GitSourceTargets
    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let references = try target.references()
        guard !references.isEmpty else { throw .usage("which sources?", hints: ["see `immctl gitops status`"]) }
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            _ = try await GitSourceChange(session: session, console: invocation.console).apply(
                ["spec": ["suspend": true]], to: references, as: output.output
            ) { before in
                before.spec.suspend == true ? ("is suspended already", false) : ("suspended", true)
            }
            return .success
        }
    }
}
