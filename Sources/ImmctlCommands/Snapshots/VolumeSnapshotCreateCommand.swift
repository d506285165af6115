import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeSnapshotCreateCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Ask for a copy of a volume.",
        discussion: """
            The copy is taken while nobody can write. Of a volume that is attached it is taken when its instance is next \
            replaced, or once its slot is scaled away; until then it is Pending.

            Examples:
              immctl volume snapshot create data-db-0
              immctl volume snapshot create data-db-0 --reason "before the migration" -o yaml
            """)

    @OptionGroup var target: VolumeTarget

    @Option(help: "Why; it stays on record.")
    var reason: String?

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let volume: Volume = try await client.load(reference)
            var snapshot = SlotSnapshot()
            snapshot.metadata.namespace = volume.namespace
            snapshot.spec.volume = volume.name
            snapshot.spec.volumeUID = volume.uid
            snapshot.spec.reason = reason
            var body = snapshot.json
            body[path: ["metadata", "generateName"]] = .string("\(volume.name.prefix(50))-")
            let request = body
            let made = try await ImmctlCommands.request("snapshot of \(reference.qualifiedName)") {
                () throws(APIStatus) in
                try await client.create(request, WriteOptions(fieldManager: Session.fieldManager))
            }
            let created: SlotSnapshot = try decode(made)
            let wait = volume.status.attachment.map {
                "; it waits: the volume is attached to \($0.instance), and is copied when that is replaced"
            }
            try OutputRendering(console: invocation.console).show(made.withoutManagedFields, as: output.output) {
                ["\(SlotSnapshot.resourceType.qualifiedSingular)/\(created.name) created" + (wait ?? "")]
            }
            return .success
        }
    }
}
