import ArgumentParser
import InfraAPI
import ResourceAPI

/// Groups the commands about copies of volumes.
struct VolumeSnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy volumes, and go back to copies.",
        discussion: """
            A volume is copied while it is attached to nobody: at once when it is orphaned or its slot is empty, else between \
            an instance and its successor.

            Examples:
              immctl volume snapshot create data-db-0 --reason "before the migration"
              immctl volume snapshot list data-db-0
              immctl volume snapshot restore data-db-0-x7k2p
              immctl volume snapshot delete data-db-0-x7k2p
            """,
        subcommands: [
            VolumeSnapshotCreateCommand.self, VolumeSnapshotListCommand.self, VolumeSnapshotRestoreCommand.self,
            VolumeSnapshotDeleteCommand.self,
        ])
}

/// The snapshot that a command is about.
struct SnapshotTarget: ParsableArguments {
    @Argument(help: "Name of the snapshot, or slotsnapshot/NAME.")
    var snapshot: String

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func reference() throws(CommandFailure) -> ObjectReference {
        let word = snapshot.contains("/") ? snapshot : "slotsnapshot/\(snapshot)"
        return try ResourceWords.reference([word], in: namespace.name, kinds: [SlotSnapshot.resourceType])
    }
}
