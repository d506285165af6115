import ArgumentParser
import JSON
import ResourceAPI

struct TokenCreateCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token and print it; it is shown this once.",
        discussion: """
            Examples:
              immctl token create ci --expires 90d
              immctl token create alice-laptop --for alice --expires 30d
              immctl token create ci -o json
            """)

    @Argument(help: "A name for it: lower-case letters, digits and dashes.")
    var name: String

    @Option(name: .customLong("for"), help: "The user as whom it acts; without it, the token is a subject of its own.")
    var user: String?

    @Option(help: "When it ends: 12h, 90d; without it, never.")
    var expires: LifetimeArgument?

    @Flag(help: "Let its bearer do everything.")
    var admin = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        var body: JSONValue = ["name": .string(name), "admin": .bool(admin)]
        if let user { body["user"] = .string(user) }
        if let expires { body["expiresInSeconds"] = .int(Int64(expires.seconds)) }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let answer = try await request("make the token \(name)") { () throws(APIStatus) in
                try await session.json(TokenCommand.path, body)
            }
            try OutputRendering(console: invocation.console).show(answer, as: output.output) {
                [answer["token"]?.stringValue ?? ""]
            }
            if expires == nil {
                invocation.console.warn("the token does not end by itself; --expires 90d makes one that does")
            }
            return .success
        }
    }
}

/// A duration of which days are a unit too: `90d`, `12h`.
struct LifetimeArgument: ExpressibleByArgument, Sendable, Hashable {
    let seconds: Int

    init?(argument: String) {
        if argument.hasSuffix("d"), let days = Int(argument.dropLast()), (1...3_650).contains(days) {
            seconds = days * 86_400
        } else if let duration = DurationArgument(argument: argument), duration.seconds > 0 {
            seconds = duration.seconds
        } else {
            return nil
        }
    }
}
