import ArgumentParser

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
        try await target.suspend(false, invocation, as: output.output)
    }
}
