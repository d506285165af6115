import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct WaitCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until objects have a condition or a value, or are there, or are gone.",
        discussion: """
            Examples:
              immctl wait instanceset/web --for=condition=Ready
              immctl wait iset/web --for=condition=Stalled=False --timeout 2m
              immctl wait iinst -l app=web --for=condition=Ready
              immctl wait iset/web --for=jsonpath='{.status.availableReplicas}'=3
              immctl wait iset/web --for=delete
            """)

    @Argument(help: "KIND NAME…, or KIND/NAME…, or KIND with a selector or --all")
    var objects: [String]

    @Option(
        name: .customLong("for"), help: "condition=TYPE[=STATUS], jsonpath={PATH}[=VALUE], create or delete.",
        completion: .list(["condition=Ready", "jsonpath=", "create", "delete"]), transform: WaitGoal.init(word:))
    var goal: WaitGoal

    @Option(help: "How long to wait.")
    var timeout = DurationArgument(.seconds(30))

    @Flag(help: "All objects of the kind in the namespace.")
    var all = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var selector: SelectorOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let references = try await ObjectSelection(
                words: objects, namespace: namespace.name, selector: selector.listOptions, all: all
            ).references(session)
            guard !references.isEmpty || goal == .deletion else {
                throw CommandFailure(.failed, "no matching objects found")
            }
            let goal = goal
            let client = session.client
            let rendering = OutputRendering(console: invocation.console)
            let isText = rendering.isForPeople(output.output)
            let started = invocation.uptime
            var met: [JSONValue] = []
            for reference in references {
                let left = max(.milliseconds(100), timeout.duration - (invocation.uptime - started))
                let object = try await withDeadline(left, invocation.time) { () throws(CommandFailure) in
                    try await goal.wait(for: reference, client)
                }
                guard let object else {
                    throw CommandFailure(
                        .failed,
                        "timed out after \(Age.text(timeout.duration)) waiting for \(goal) on \(reference.qualifiedName)",
                        hints: ["see why with `immctl describe \(reference.type.singular)/\(reference.name)`"])
                }
                met.append(object)
                if isText { invocation.console.print("\(reference.qualifiedName) \(goal.metText)") }
            }
            if !isText { try rendering.show(JSONValue.results(met), as: output.output) { [] } }
            return .success
        }
    }
}
