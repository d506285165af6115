import ArgumentParser
import ResourceAPI

struct LogsCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what an instance has written to its standard output and error.",
        discussion: """
            A set stands for the newest occupant of one of its slots, of the lowest one without --slot.

            Examples:
              immctl logs instance/web-0-x7k2p
              immctl logs instanceset/web --slot 2 --follow
              immctl logs iset/web --tail 100 --since 10m
            """)

    @OptionGroup var target: InstanceOptions

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(help: "Only the last lines.")
    var tail: Int?

    @Option(help: "Only what is younger than this: 10m, 1h.")
    var since: DurationArgument?

    @Flag(help: "Begin each line with the time of its writing.")
    var timestamps = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail must be 0 or more, not \(tail)") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference(in: namespace.name)
        let options = LogRequest(
            follow: follow, tailLines: tail, sinceSeconds: since?.seconds, timestamps: timestamps)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let instance = try await target.instance(reference, session, invocation.console)
            var text = UTF8Chunks()
            try await request("read the log of \(instance.qualifiedName)") { () throws(APIStatus) in
                let log = try await session.logs(instance, options)
                defer { log.cancel() }
                while let chunk = try await log.next() { invocation.console.output(text.append(chunk)) }
            }
            invocation.console.output(text.finish())
            return .success
        }
    }
}
