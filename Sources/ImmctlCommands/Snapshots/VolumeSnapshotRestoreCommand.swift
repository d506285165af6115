import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeSnapshotRestoreCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Give a slot a new volume made from a copy.",
        discussion: """
            The slot's instance is stopped and destroyed under the set's budget. Its present volume is copied and then orphaned \
            with its data, never overwritten; the slot's next instance, of the revision that the set wants, gets a new \
            volume with the content of the snapshot. To go back to the older revision as well: rollout undo --with-data.

            Examples:
              immctl volume snapshot restore data-db-0-x7k2p
              immctl volume snapshot restore data-db-0-x7k2p --volume data-db-1 --yes
            """)

    @OptionGroup var target: SnapshotTarget

    @Option(help: "The volume that gives its place; without it, the one that has the place of the one that was copied.")
    var volume: String?

    @OptionGroup var confirmation: ConfirmationOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let snapshot: SlotSnapshot = try await client.load(reference)
            guard snapshot.isReady else {
                let why = snapshot.status.conditions["Ready"].map { ": \($0.message)" } ?? ""
                throw CommandFailure(.conflict, "\(reference.qualifiedName) holds no complete copy\(why)")
            }
            let present = try await place(of: snapshot, client)
            guard let claim = present.spec.claim else {
                throw CommandFailure(
                    .conflict, "volume \(present.name) has no place in a set",
                    hints: ["name one that has with --volume: see `immctl volume list`"])
            }
            let entry = DataRollback.Entry(volume: present, snapshot: snapshot)
            invocation.console.print("set \(claim.set), " + entry.line(now: invocation.now))
            try confirmation.confirm("The instance of slot \(claim.slot) will be replaced.", invocation.console)
            let request = VolumeRestoreRequest(
                token: invocation.now.rfc3339Micro, volumes: [present.name: snapshot.name])
            let set = ObjectReference(InstanceSet.resourceType, namespace: snapshot.namespace, name: claim.set)
            let patch = try RestoreRequesting.patch(request)
            _ = try await ImmctlCommands.request("restore \(reference.qualifiedName)") { () throws(APIStatus) in
                try await client.mergePatch(set, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
            }
            try await RestoreRequesting(set: set, client: client, time: invocation.time).await(request.token)
            invocation.console.print(
                "\(set.qualifiedName) goes back to \(snapshot.name) in slot \(claim.slot); follow it with "
                    + "`immctl rollout status \(claim.set)`")
            return .success
        }
    }

    private func place(of snapshot: SlotSnapshot, _ client: any ResourceClient) async throws(CommandFailure) -> Volume {
        if let volume {
            let name = String(volume.split(separator: "/").last ?? "")
            return try await client.load(
                ObjectReference(Volume.resourceType, namespace: snapshot.namespace, name: name))
        }
        let items = try await request("list volumes") { () throws(APIStatus) in
            try await client.list(Volume.resourceType, in: snapshot.namespace, ListOptions()).items
        }
        for item in items {
            let candidate: Volume = try decode(item)
            if candidate.spec.claim != nil, candidate.spec.claim == snapshot.status.claim { return candidate }
        }
        throw CommandFailure(
            .conflict, "the place of the volume that was copied has no volume",
            hints: ["name another volume with --volume: see `immctl volume list`"])
    }
}
