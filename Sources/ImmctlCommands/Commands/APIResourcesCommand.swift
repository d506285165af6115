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

    @Option(name: .shortAndLong, help: "Output: table, wide, yaml, json or name.")
    var output: ObjectFormat = .table

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        OutputRendering(console: invocation.console).show(kinds: ResourceTypes.all, as: output)
        return .success
    }
}
