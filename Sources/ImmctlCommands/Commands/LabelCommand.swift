import ArgumentParser
import JSON

struct LabelCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Set or remove labels of objects.",
        discussion: """
            The labels of a set are not those of its instances: these come from its template, and changing the template \
            replaces them.

            Examples:
              immctl label instanceset/web tier=front
              immctl label iset web db tier=back --overwrite
              immctl label iset -l app=web tier-
              immctl label iset/web --list
            """)

    @OptionGroup var metadata: MetadataOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await metadata.run(.labels, invocation)
    }
}
