import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the commands about volumes.
struct VolumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume",
        abstract: "Look after volumes, which outlive their instances and sets.",
        discussion: """
            Examples:
              immctl volume list --orphaned
              immctl volume reattach data-old-0 --set db --slot 0
              immctl volume delete data-web-2
              immctl volume snapshot create data-web-0 --reason "before the migration"
              immctl volume force-detach data-web-0 --epoch 4 --reason "the host burned down"
            """,
        subcommands: [
            VolumeListCommand.self, VolumeReattachCommand.self, VolumeDeleteCommand.self, VolumeSnapshotCommand.self,
            VolumeForceDetachCommand.self,
        ])
}

/// The volume that a command is about.
struct VolumeTarget: ParsableArguments {
    @Argument(help: "Name of the volume, or volume/NAME.")
    var volume: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func reference() throws(CommandFailure) -> ObjectReference {
        let word = volume.contains("/") ? volume : "volume/\(volume)"
        return try ResourceWords.reference([word], in: namespace.name, kinds: [Volume.resourceType])
    }
}

/// Whether somebody meant it.
struct ConfirmationOptions: ParsableArguments {
    @Flag(help: "Do it without asking.")
    var yes = false

    /// - Throws: when the person says no, or nobody is there to ask and `--yes` is missing.
    func confirm(_ question: String, _ console: Console) throws(CommandFailure) {
        if yes { return }
        guard let answer = console.answer("\(question) Type yes to go on: ") else {
            throw .usage("nobody is there to ask: \(question)", hints: ["say --yes if it is meant"])
        }
        guard answer == "yes" else { throw CommandFailure(.failed, "not confirmed; nothing was done") }
    }
}
