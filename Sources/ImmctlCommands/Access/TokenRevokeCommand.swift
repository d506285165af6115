import ArgumentParser
import JSON
import ResourceAPI

struct TokenRevokeCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End tokens: their next request is refused.",
        discussion: """
            Examples:
              immctl token revoke ci
            """)

    @Argument(help: "Names of tokens.")
    var names: [String]

    @OptionGroup var server: ServerOptions

    func validate() throws {
        for name in names where !name.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x7A).contains($0) }) {
            throw ValidationError("\(name) is no name of a token")
        }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            for name in names {
                _ = try await request("revoke the token \(name)") { () throws(APIStatus) in
                    try await session.json("\(TokenCommand.path)/\(name)/revoke", [:])
                }
                invocation.console.print("token \(name) revoked")
            }
            return .success
        }
    }
}
