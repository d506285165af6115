import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeDeleteCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a volume with its data, for ever.",
        discussion: """
            The only way to delete an orphaned volume whose reclaimPolicy is Retain. One that a slot still has goes once the \
            slot lets go of it: scale the set down, or delete it.

            Examples:
              immctl volume delete data-web-2
              immctl volume delete data-web-2 -n shop --yes
            """)

    @OptionGroup var target: VolumeTarget
    @OptionGroup var confirmation: ConfirmationOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let volume: Volume = try await client.load(reference)
            try confirmation.confirm(
                "Volume \(volume.name) (\(volume.spec.size)) and its data will be deleted for ever.",
                invocation.console)
            // Of this very volume: another one of the name is not meant.
            let approval: JSONValue = [
                "metadata": [
                    "uid": .string(volume.uid),
                    "annotations": .object(JSONObject([(VolumeDeletion.approvalAnnotation, .string(volume.uid))])),
                ]
            ]
            let left = try await request("delete \(reference.qualifiedName)") { () throws(APIStatus) in
                _ = try await client.mergePatch(
                    reference, approval, nil, WriteOptions(fieldManager: Session.fieldManager))
                return try await client.delete(reference, DeleteOptions(uid: volume.uid))
            }
            let after: Volume = try decode(left)
            invocation.console.print(
                "\(reference.qualifiedName) deleted" + (after.holder.map { "; it waits: \($0)" } ?? ""))
            return .success
        }
    }
}

extension Volume {
    /// Who keeps it from going, as a sentence; nil: nobody.
    var holder: String? {
        if let attachment = status.attachment {
            return "it is attached to \(attachment.instance), epoch \(attachment.epoch)"
        }
        guard status.boundSetUID != nil else { return nil }
        return "slot \(spec.claim?.slot ?? 0) of set \(spec.claim?.set ?? "") has it"
    }
}
