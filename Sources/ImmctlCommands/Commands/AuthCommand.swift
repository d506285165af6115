import ArgumentParser

/// Groups the commands about who one is, and what one may do.
struct AuthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Ask the server who you are, and what you may do.",
        discussion: """
            Examples:
              immctl auth whoami
              immctl auth can-i delete instancesets -n shop
              immctl auth can-i --list -n shop
            """,
        subcommands: [AuthCanICommand.self, AuthWhoAmICommand.self])
}
