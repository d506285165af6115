import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct PlanCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print what the controller would do, step by step with reasons, and change nothing.",
        discussion: """
            With -f for the sets as they would be after `apply`, with a name for a set as it is stored.

            Exit status: 0 no changes, 1 an error, 2 changes.

            Examples:
              immctl plan -f web.yaml
              immctl plan instanceset/web
              immctl plan -f manifests/ -R -o json
            """)

    @Argument(help: "KIND NAME…, or KIND/NAME… of stored sets.")
    var objects: [String] = []

    @OptionGroup var files: FileOptions

    @Flag(help: "Plan as if --force-conflicts were given to apply.")
    var forceConflicts = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if files.isEmpty && objects.isEmpty { throw ValidationError("say what to plan: -f FILE, or instanceset/NAME") }
        if !files.isEmpty && !objects.isEmpty { throw ValidationError("names and -f exclude each other") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let documents = files.isEmpty ? nil : try files.load(invocation, namespace.namespace).documents
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let planning = PlanRun(session: session, console: invocation.console)
            let plans: [PlannedChange]
            if let documents {
                plans = try await planning.plan(documents, forceConflicts: forceConflicts)
            } else {
                plans = try await planning.planStored(
                    try ResourceWords.references(objects, in: namespace.name))
            }
            let style = invocation.console.outputStyle
            try OutputRendering(console: invocation.console).show(.results(plans.map(\.json)), as: output.output) {
                plans.flatMap { $0.lines(style: style) }
            }
            return plans.contains(where: \.isChange) ? .changes : .success
        }
    }
}
