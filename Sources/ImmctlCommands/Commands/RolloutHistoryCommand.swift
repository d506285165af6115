import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct RolloutHistoryCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the revisions of a set, the oldest first.",
        discussion: """
            Examples:
              immctl rollout history instanceset/web
              immctl rollout history web --revision 3
              immctl rollout history iset/web -o json
            """)

    @OptionGroup var target: RolloutTarget

    @Option(help: "Print this revision with its template.")
    var revision: Int?

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let history = try await RevisionHistory.load(reference, session.client)
            let rendering = OutputRendering(console: invocation.console)
            if let revision {
                guard let found = history[revision] else { throw history.unknown(revision) }
                try rendering.show(found.json.withoutManagedFields, as: output.output) {
                    RevisionDescription.lines(found, now: invocation.now)
                }
                return .success
            }
            try rendering.show(.list(history.revisions.map(\.json.withoutManagedFields)), as: output.output) {
                history.lines(now: invocation.now)
            }
            if history.revisions.isEmpty && rendering.isForPeople(output.output) {
                invocation.console.note("\(reference.qualifiedName) has no revisions yet.")
            }
            return .success
        }
    }
}

extension RevisionHistory {
    func unknown(_ number: Int) -> CommandFailure {
        let numbers = revisions.map { String($0.spec.number) }.joined(separator: ", ")
        return CommandFailure(
            .failed, "set \(set.name) has no revision \(number)",
            hints: [numbers.isEmpty ? "it has no revisions yet" : "its revisions are \(numbers)"])
    }
}
