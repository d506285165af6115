import ArgumentParser

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
        try await target.suspend(true, invocation, as: output.output)
    }
}
