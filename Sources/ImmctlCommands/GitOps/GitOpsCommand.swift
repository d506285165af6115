import ArgumentParser
import InfraAPI
import ResourceAPI

/// Groups the commands about repositories that are the desired state.
struct GitOpsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gitops",
        abstract: "Look after GitSources: repositories that are the desired state of a namespace.",
        discussion: """
            Examples:
              immctl gitops status
              immctl gitops sync fleet --wait
              immctl gitops diff fleet --path ~/fleet
              immctl gitops history fleet
              immctl gitops approve fleet --reason "the old shop is switched off"
            """,
        subcommands: [
            GitOpsStatusCommand.self, GitOpsSyncCommand.self, GitOpsSuspendCommand.self, GitOpsResumeCommand.self,
            GitOpsDiffCommand.self, GitOpsHistoryCommand.self, GitOpsApproveCommand.self,
        ])
}

/// The source that a command is about.
struct GitSourceTarget: ParsableArguments {
    @Argument(help: "Name of the source, or gitsource/NAME.")
    var source: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func reference() throws(CommandFailure) -> ObjectReference {
        try ObjectReference(gitSource: source, in: namespace.name)
    }
}

/// The sources that a command is about.
struct GitSourceTargets: ParsableArguments {
    @Argument(help: "Names of the sources, or gitsource/NAME.")
    var sources: [String] = []

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func references() throws(CommandFailure) -> [ObjectReference] {
        var references: [ObjectReference] = []
        for word in sources {
            let reference = try ObjectReference(gitSource: word, in: namespace.name)
            if !references.contains(reference) { references.append(reference) }
        }
        return references
    }
}

extension ObjectReference {
    fileprivate init(gitSource word: String, in namespace: String) throws(CommandFailure) {
        self = try ResourceWords.reference(
            [word.contains("/") ? word : "gitsource/\(word)"], in: namespace, kinds: [GitSource.resourceType])
    }
}
