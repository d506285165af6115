import ArgumentParser
import JSON
import ResourceAPI

struct APIVersionsCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-versions",
        abstract: "List the API versions that the server serves.",
        discussion: """
            Examples:
              immctl api-versions
              immctl api-versions -o json
            """)

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let (core, groups) = try await request("list the API versions") { () throws(APIStatus) in
                (try await session.json("/api"), try await session.json("/apis"))
            }
            var versions = (core["versions"]?.arrayValue ?? []).compactMap(\.stringValue)
            for group in groups["groups"]?.arrayValue ?? [] {
                versions += (group["versions"]?.arrayValue ?? []).compactMap { $0["groupVersion"]?.stringValue }
            }
            let sorted = versions.sorted()
            try OutputRendering(console: invocation.console).show(
                .array(sorted.map(JSONValue.string)), as: output.output
            ) { sorted }
            return .success
        }
    }
}
