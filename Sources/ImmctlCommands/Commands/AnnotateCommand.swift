import ArgumentParser
import JSON

struct AnnotateCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Set or remove annotations of objects.",
        discussion: """
            Annotations are for notes and tools; nothing is selected by them.

            Examples:
              immctl annotate instanceset/web example.com/owner=shop
              immctl annotate iset --all example.com/owner=shop --overwrite
              immctl annotate iset/web example.com/owner-
              immctl annotate iset/web --list
            """)

    @OptionGroup var metadata: MetadataOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await metadata.run(.annotations, invocation)
    }
}
