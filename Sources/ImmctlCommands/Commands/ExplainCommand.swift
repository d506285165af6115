import ArgumentParser
import JSON

struct ExplainCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a kind, or a field of it, is: description, type, default, allowed values, limits.",
        discussion: """
            From the schemas of this immctl; no server is asked.

            Examples:
              immctl explain instanceset
              immctl explain iset.spec.strategy
              immctl explain iset.spec.template.spec --recursive
              immctl explain volume.spec.reclaimPolicy -o json
            """)

    @Argument(help: "KIND[.FIELD…]")
    var field: String

    @Flag(help: "The fields of fields too.")
    var recursive = false

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let explanation = try FieldExplanation(field)
        let text = ExplanationText(width: invocation.console.width, recursive: recursive)
        try OutputRendering(console: invocation.console).show(
            explanation.json(recursive: recursive), as: output.output
        ) { text.lines(explanation) }
        return .success
    }
}
