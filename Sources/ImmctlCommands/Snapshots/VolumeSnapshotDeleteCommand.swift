import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeSnapshotDeleteCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a copy of a volume, for ever.",
        discussion: """
            Examples:
              immctl volume snapshot delete data-db-0-x7k2p
              immctl volume snapshot delete data-db-0-x7k2p -n shop --yes
            """)

    @OptionGroup var target: SnapshotTarget
    @OptionGroup var confirmation: ConfirmationOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let snapshot: SlotSnapshot = try await client.load(reference)
            try confirmation.confirm(
                "Snapshot \(snapshot.name) of volume \(snapshot.spec.volume) will be deleted for ever.",
                invocation.console)
            _ = try await request("delete \(reference.qualifiedName)") { () throws(APIStatus) in
                try await client.delete(reference, DeleteOptions(uid: snapshot.uid))
            }
            invocation.console.print("\(reference.qualifiedName) deleted")
            return .success
        }
    }
}
