import ArgumentParser

/// Groups the commands about bearer tokens.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke the tokens by which programs come in; for administrators.",
        discussion: """
            A RoleBinding with the subject {kind: Token, name: NAME} gives a token its role.

            Examples:
              immctl token create ci --expires 90d
              immctl token list
              immctl token revoke ci
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])

    static let path = "/imm/v1/tokens"
}
