import Ambient
import ArgumentParser
import JSON
import ResourceAPI

struct TokenListCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tokens; their secrets are kept nowhere.",
        discussion: """
            LAST USED may be an hour old.

            Examples:
              immctl token list
              immctl token list -o json
            """)

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("list the tokens") { () throws(APIStatus) in
                try await session.json(TokenCommand.path)
            }
            try OutputRendering(console: invocation.console).show(answer, as: output.output) {
                table(answer["tokens"]?.arrayValue ?? [], now: invocation.now).lines()
            }
            return .success
        }
    }

    private func table(_ tokens: [JSONValue], now: Timestamp) -> TextTable {
        var table = TextTable("name", "for", "admin", "expires", "last used", "made by")
        for token in tokens {
            let end = token["expiresAt"]?.stringValue
            let isOver = end.flatMap(Timestamp.init(rfc3339:)).map { $0 <= now } ?? false
            table.rows.append([
                token["name"]?.stringValue ?? "", token["user"]?.stringValue ?? "<itself>",
                token["admin"]?.boolValue == true ? "yes" : "no", (end ?? "never") + (isOver ? " (over)" : ""),
                token["lastUsedAt"]?.stringValue ?? "never", token["createdBy"]?.stringValue ?? "",
            ])
        }
        return table
    }
}
