import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct APIResourcesCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-resources",
        abstract: "List the kinds that immctl knows, with their short names.",
        discussion: """
            Examples:
              immctl api-resources
              immctl api-resources -o name
            """)

    @OptionGroup var output: ObjectOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try OutputRendering(console: invocation.console).show(kinds: ResourceTypes.all, as: output.output)
        return .success
    }
}
