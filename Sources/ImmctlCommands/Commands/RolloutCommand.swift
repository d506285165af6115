import ArgumentParser
import InfraAPI
import ResourceAPI

/// Groups the commands about roll-outs.
struct RolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Follow, undo, retry or repeat the roll-out of a set.",
        discussion: """
            Examples:
              immctl rollout status instanceset/web
              immctl rollout history instanceset/web
              immctl rollout undo instanceset/web
            """,
        subcommands: [
            RolloutStatusCommand.self, RolloutHistoryCommand.self, RolloutUndoCommand.self, RolloutRetryCommand.self,
            RolloutRestartCommand.self,
        ])
}

/// The set that a roll-out command is about.
struct RolloutTarget: ParsableArguments {
    @Argument(help: "instanceset/NAME; a bare NAME is a set.")
    var object: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func reference() throws(CommandFailure) -> ObjectReference {
        let word = object.contains("/") ? object : "instanceset/\(object)"
        return try ResourceWords.reference([word], in: namespace.name, kinds: [InstanceSet.resourceType])
    }
}
