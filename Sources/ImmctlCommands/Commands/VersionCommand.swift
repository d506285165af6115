import ArgumentParser
import JSON
import ResourceAPI

struct VersionCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the versions of immctl and of the server.",
        discussion: """
            Examples:
              immctl version
              immctl version --client
              immctl version -o json
            """)

    @Flag(help: "The version of immctl only; no server is asked.")
    var client = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let rendering = OutputRendering(console: invocation.console)
        var versions: JSONValue = ["clientVersion": ["gitVersion": .string("v\(Immctl.version)")]]
        var lines = ["Client Version: v\(Immctl.version)"]
        var failure: CommandFailure?
        if !client {
            do throws(CommandFailure) {
                let answer = try await server.withSession(invocation) { session throws(CommandFailure) in
                    try await request("ask the server's version") { () throws(APIStatus) in try await session.version()
                    }
                }
                versions["serverVersion"] = answer
                lines.append("Server Version: \(answer["gitVersion"]?.stringValue ?? "unknown")")
            } catch {
                // The client's version is an answer by itself, also where no server is.
                failure = error
            }
        }
        try rendering.show(versions, as: output.output) { lines }
        if let failure { throw failure }
        return .success
    }
}
