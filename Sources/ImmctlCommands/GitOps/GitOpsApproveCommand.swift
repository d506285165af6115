import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsApproveCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Consent to a prune that is larger than a source allows by itself.",
        discussion: """
            It shows what would be deleted, and asks. The consent is for these very objects and this commit: when the source \
            waits for something else by then, it is refused. Who gave it, and why, stays on record in a PruneApproval. \
            Volumes of deleted sets are orphaned, never deleted.

            Exit status: 0 deleted, 1 refused, not confirmed or not answered in time.

            Examples:
              immctl gitops approve fleet --reason "the old shop is switched off"
              immctl gitops approve fleet --reason "moved to another cluster" --yes
            """)

    @OptionGroup var target: GitSourceTarget

    @Option(help: "Why it is meant; it stays on record.")
    var reason: String

    @OptionGroup var confirmation: ConfirmationOptions

    @Option(help: "How long to wait for the answer.")
    var timeout = DurationArgument(.seconds(60))

    @OptionGroup var output: ResultOutputOptions

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason is empty: say why it is meant") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        let console = invocation.console
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let source: GitSource = try await session.client.load(reference)
            guard let pending = source.status.pendingPrune, !pending.objects.isEmpty else {
                throw CommandFailure(.failed, "\(reference.qualifiedName) waits for no approval")
            }
            for line in InventoryEntry.table(pending.objects).lines() { console.note(line) }
            let count = pending.objects.count
            try confirmation.confirm(
                "\(count == 1 ? "This object" : "These \(count) objects") will be deleted, since commit "
                    + "\(CommitText.short(pending.commit)) no longer holds \(count == 1 ? "it" : "them").", console)
            let answer = try await ask(pending, reference, session.client, invocation)
            try OutputRendering(console: console).show(answer.json.withoutManagedFields, as: output.output) {
                let name = "\(PruneApproval.resourceType.qualifiedSingular)/\(answer.name)"
                guard answer.status.outcome == .accepted else {
                    return ["\(name) was refused: \(answer.status.message ?? "")".singleLine]
                }
                return pending.objects.map { "\($0.qualifiedName) deleted".singleLine } + ["on record as \(name)"]
            }
            return answer.status.outcome == .accepted ? .success : .failed
        }
    }

    /// Makes the request, and waits until it is answered.
    private func ask(
        _ pending: PendingPrune, _ source: ObjectReference, _ client: any ResourceClient, _ invocation: Invocation
    ) async throws(CommandFailure) -> PruneApproval {
        var approval = PruneApproval()
        approval.metadata.namespace = source.namespace
        approval.spec.source = source.name
        approval.spec.commit = pending.commit
        approval.spec.objects = pending.objects
        approval.spec.reason = reason
        var body = approval.json
        body[path: ["metadata", "generateName"]] = .string("\(source.name.prefix(50))-")
        body["status"] = nil
        let made: PruneApproval = try await decode(
            request("approve the prune of \(source.name)") { () throws(APIStatus) in
                try await client.create(body, WriteOptions(fieldManager: Session.fieldManager))
            })
        let reference = ObjectReference(PruneApproval.resourceType, namespace: made.namespace, name: made.name)
        return try await decode(
            RequestAnswer(client: client, reference: reference, pending: PruneApprovalStatus.Outcome.pending.rawValue)
                .wait(timeout.duration, invocation))
    }
}
