import ArgumentParser
import InfraAPI
import ResourceAPI

struct WhyCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell why a set, a slot or an instance is as it is.",
        discussion: """
            From the set's conditions, the controller's plan and the events, in the same reason codes and sentences.

            Examples:
              immctl why web
              immctl why instanceset/web --slot 2
              immctl why instance/web-2-x7k2p -o json
            """)

    @Argument(help: "instanceset/NAME or instance/NAME; a bare NAME is a set.")
    var object: String

    @Option(help: "The slot of the set.")
    var slot: Int?

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let word = object.contains("/") ? object : "instanceset/\(object)"
        let reference = try ResourceWords.reference(
            [word], in: namespace.name, kinds: [InstanceSet.resourceType, Instance.resourceType])
        if slot != nil && reference.type != InstanceSet.resourceType {
            throw .usage("--slot needs a set: instanceset/NAME")
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let report = try await WhyReport.load(reference, slot: slot, session)
            if let slot, slot < 0 || (slot >= report.set.spec.replicas && report.instances.isEmpty) {
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName) has no slot \(slot)",
                    hints: ["its slots are 0 to \(report.set.spec.replicas - 1)"])
            }
            try OutputRendering(console: invocation.console).show(report.json, as: output.output) {
                report.lines(now: invocation.now)
            }
            return .success
        }
    }
}
