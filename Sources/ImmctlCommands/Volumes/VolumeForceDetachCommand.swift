import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeForceDetachCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "force-detach",
        abstract: "End a volume's attachment without proof that its instance is gone; for administrators.",
        discussion: """
            Two writers on one volume destroy its data. Do this only where you know what imm cannot: that the instance does \
            not run, and will not. Who did it, why, and what was not proven stays on record in a VolumeForceDetach and in \
            the volume's receipt.

            Examples:
              immctl volume force-detach data-web-0 --epoch 4 --reason "the host burned down"
              immctl volume force-detach data-web-0 --epoch 4 --reason "disk removed by hand" --yes
            """)

    @OptionGroup var target: VolumeTarget

    @Option(help: "Epoch of the attachment that is to end, as `immctl volume list` shows it.")
    var epoch: Int

    @Option(help: "Why; it stays on record.")
    var reason: String

    @OptionGroup var confirmation: ConfirmationOptions

    @Option(help: "How long to wait for the answer.")
    var timeout = DurationArgument(.seconds(60))

    @OptionGroup var output: ResultOutputOptions

    func validate() throws {
        if epoch < 1 { throw ValidationError("--epoch must be 1 or more, not \(epoch)") }
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason is empty: say why it is done") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let volume: Volume = try await client.load(reference)
            guard let attachment = volume.status.attachment, attachment.epoch == epoch else {
                throw CommandFailure(
                    .conflict,
                    "\(reference.qualifiedName) is not attached with epoch \(epoch): "
                        + (volume.holder ?? "nobody has it"),
                    hints: ["look at it again: `immctl describe volume/\(volume.name)`"])
            }
            try confirmation.confirm(
                "Nobody has confirmed that \(attachment.instance) does not run. If it does, two instances will write to "
                    + "\(volume.name).", invocation.console)
            var request = VolumeForceDetach()
            request.metadata.namespace = volume.namespace
            request.spec.volume = volume.name
            request.spec.volumeUID = volume.uid
            request.spec.epoch = epoch
            request.spec.reason = reason
            let answer = try await ask(request, client, invocation)
            try OutputRendering(console: invocation.console).show(
                answer.json.withoutManagedFields, as: output.output
            ) { lines(answer, attachment) }
            return answer.status.outcome == .accepted ? .success : .failed
        }
    }

    /// Makes the request, and waits until it is answered.
    private func ask(
        _ request: VolumeForceDetach, _ client: any ResourceClient, _ invocation: Invocation
    ) async throws(CommandFailure) -> VolumeForceDetach {
        var body = request.json
        body[path: ["metadata", "generateName"]] = .string("\(request.spec.volume.prefix(50))-")
        let made: VolumeForceDetach = try await decode(
            ImmctlCommands.request("force-detach \(request.spec.volume)") { () throws(APIStatus) in
                try await client.create(body, WriteOptions(fieldManager: Session.fieldManager))
            })
        let reference = ObjectReference(
            VolumeForceDetach.resourceType, namespace: made.namespace, name: made.name)
        return try await decode(
            RequestAnswer(
                client: client, reference: reference, pending: VolumeForceDetachStatus.Outcome.pending.rawValue
            ).wait(timeout.duration, invocation))
    }

    private func lines(_ answer: VolumeForceDetach, _ attachment: VolumeAttachment) -> [String] {
        let name = "\(VolumeForceDetach.resourceType.qualifiedSingular)/\(answer.name)"
        guard answer.status.outcome == .accepted else {
            return ["\(name) was refused: \(answer.status.message ?? "")"]
        }
        return [
            "volume \(answer.spec.volume) is detached from \(attachment.instance), epoch \(attachment.epoch), without proof",
            "not proven: \(answer.status.notProven ?? "")", "on record as \(name)",
        ]
    }
}
