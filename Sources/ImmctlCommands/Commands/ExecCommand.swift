import Ambient
import ArgumentParser
import InfraAPI
import ResourceAPI

struct ExecCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command in an instance.",
        discussion: """
            A set stands for the newest occupant of one of its slots, of the lowest one without --slot. What the command \
            changes in the instance goes with it at its next replacement.

            Exit status: the command's own; 1, 3 or 4 also when it could not be run.

            Examples:
              immctl exec web-0-x7k2p -- date
              immctl exec -it instanceset/web --slot 2 -- sh
              immctl exec -i web-0-x7k2p -- tar -xf - -C /data < data.tar
            """)

    @OptionGroup var target: InstanceOptions

    @Flag(name: [.customShort("i"), .long], help: "Pass the standard input on.")
    var stdin = false

    @Flag(name: [.customShort("t"), .long], help: "Give the command a terminal; needs -i, and a terminal here.")
    var tty = false

    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp("Accepted as kubectl has it: an instance is one container.", valueName: "name"))
    var container: String?

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if command.isEmpty { throw ValidationError("say what to run after --: immctl exec NAME -- COMMAND") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference(in: namespace.name)
        let streams = invocation.streams
        let hasTerminal = tty && stdin && streams.isTerminal
        if tty && !hasTerminal {
            invocation.console.warn(
                stdin
                    ? "no terminal for the command: the standard input is none"
                    : "no terminal for the command: -t needs -i")
        }
        let wanted = ExecRequest(
            command: command, stdin: stdin, stdout: true, stderr: !hasTerminal, tty: hasTerminal)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let instance = try await target.instance(reference, session, invocation.console)
            let remote = try await request("run \(command[0]) in \(instance.qualifiedName)") { () throws(APIStatus) in
                try await session.exec(instance, wanted, invocation.surroundings.randomness)
            }
            defer { remote.cancel() }
            let restore = hasTerminal ? try streams.makeRaw() : {}
            let end = await ExecRun(
                session: remote, streams: streams, readsInput: stdin, hasTerminal: hasTerminal
            ).run()
            restore()
            switch end {
            case .exited(let code): return CommandStatus(code)
            case .failed(let error):
                throw CommandFailure(error, while: "run \(command[0]) in \(instance.qualifiedName)")
            case .terminated:
                throw CommandFailure(.failed, "ended by a signal; whether the command still runs is not known")
            }
        }
    }
}
