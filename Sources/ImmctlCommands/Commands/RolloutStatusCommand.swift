import ArgumentParser
import InfraAPI
import ResourceAPI

struct RolloutStatusCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Follow a roll-out until it is complete or has failed.",
        discussion: """
            Exit status: 0 complete, 1 failed, its deadline exceeded, the revision rejected (with the evidence, and \
            where the set was rolled back to), or the time is up.

            Examples:
              immctl rollout status instanceset/web
              immctl rollout status web --timeout 5m
              immctl rollout status iset/web --watch=false -o json
            """)

    @OptionGroup var target: RolloutTarget

    @Option(help: "Follow until the end: true or false.")
    var watch = true

    @Option(help: "How long to follow; 0 is until the end.")
    var timeout = DurationArgument(.zero)

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        let console = invocation.console
        let rendering = OutputRendering(console: console)
        let isText = rendering.isForPeople(output.output)
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let inLines = watch && isText && !console.isTerminal
            let rollout = RolloutWatch(set: reference, client: session.client, loadsSlots: inLines)
            guard watch else {
                let progress = try await rollout.now()
                try rendering.show(progress.json, as: output.output) { [RolloutText.line(progress)] }
                if case .failed = progress.state { return .failed }
                return .success
            }
            let limit = timeout.duration == .zero ? nil : timeout.duration
            let last = try await withDeadline(limit, invocation.time) { () throws(CommandFailure) in
                try await RolloutStatusCommand.follow(rollout, isText ? console : nil)
            }
            guard let last else {
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName) is not rolled out after \(Age.text(timeout.duration))",
                    hints: ["see why with `immctl describe \(reference.type.singular)/\(reference.name)`"])
            }
            if !isText { try rendering.show(last.json, as: output.output) { [] } }
            guard case .complete = last.state else { return .failed }
            return .success
        }
    }

    /// Draws bars on a terminal, and prints a line a slot and phase into a pipe; nothing without a console.
    private static func follow(_ rollout: RolloutWatch, _ console: Console?) async throws(CommandFailure)
        -> RolloutProgress
    {
        var live = console.map(LiveLines.init)
        var lines = RolloutLines()
        return try await rollout.follow { progress in
            guard let console else { return }
            if console.isTerminal {
                live?.draw(RolloutText.bars(progress, width: console.width, style: console.outputStyle))
                return
            }
            for line in lines.lines(for: progress) { console.print(line) }
        }
    }
}
