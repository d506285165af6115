import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct RolloutUndoCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Go back to the template of an earlier revision.",
        discussion: """
            In the middle of a roll-out the set goes back to the revision that every slot last ran, else to the newest \
            one before that was not rejected. The image is written as it was resolved then, so the very same revision \
            comes back. A revision that was rejected is refused: it would not be rolled out. With --retry it is tried \
            again.

            With --with-data the data goes back too: each slot's volume that another revision wrote since is copied and then \
            orphaned, and its place gets a new one made from the newest snapshot of the revision's data. That needs \
            snapshotBeforeReplace on the claim; where a slot has no such snapshot, nothing is done.

            Examples:
              immctl rollout undo instanceset/web
              immctl rollout undo web --to-revision 3
              immctl rollout undo web --to-revision 3 --retry
              immctl rollout undo db --with-data
              immctl rollout undo iset/web --dry-run server -o yaml
            """)

    @OptionGroup var target: RolloutTarget

    @Option(help: "Number of the revision, as `rollout history` shows it.")
    var toRevision: Int?

    @Flag(help: "Clear the verdict of a revision that was rejected, and try it again.")
    var retry = false

    @Flag(help: "Go back to the data of that revision too, from snapshots.")
    var withData = false

    @OptionGroup var confirmation: ConfirmationOptions

    @Option(help: "Whether to change anything: none, client or server.")
    var dryRun: DryRun = .none

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let history = try await RevisionHistory.load(reference, client)
            let revision = try choose(from: history)
            let isRejected = revision.status.verdict == .rejected
            if isRejected, !retry { throw RolloutUndoCommand.refusal(of: revision, in: history) }
            let stored = try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
                try await client.get(reference)
            }
            var patch = RolloutUndoCommand.patch(from: history.set, stored, to: revision)
            if isRejected {
                patch = (patch ?? [:]).mergePatched(
                    with: RolloutRetryCommand.patch(token: invocation.now.rfc3339Micro))
            }
            let data = withData ? try await dataRequest(history, to: revision, client, invocation) : nil
            if let data { patch = (patch ?? [:]).mergePatched(with: try RestoreRequesting.patch(data)) }
            var result = stored
            if let patch, dryRun != .client {
                var options = WriteOptions(fieldManager: Session.fieldManager)
                options.dryRun = dryRun == .server
                result = try await request("undo \(reference.qualifiedName)") { () throws(APIStatus) in
                    try await client.mergePatch(reference, patch, nil, options)
                }
            }
            if let data, dryRun == .none {
                try await RestoreRequesting(set: reference, client: client, time: invocation.time).await(data.token)
            }
            let how = dryRun == .none ? "" : dryRun == .client ? " (dry run)" : " (server dry run)"
            let line =
                patch == nil
                ? "\(reference.qualifiedName) unchanged: it has the template of revision \(revision.spec.number) already"
                : "\(reference.qualifiedName) rolled back to revision \(revision.spec.number) "
                    + "(\(revision.name), \(revision.spec.template.spec.image))"
                    + (data.map { ", with the data of \($0.volumes.count) snapshots" } ?? "") + how
            try OutputRendering(console: invocation.console).show(result.withoutManagedFields, as: output.output) {
                [line]
            }
            return .success
        }
    }

    /// What of the data goes back, once somebody has said yes to it; nil: nothing has to.
    private func dataRequest(
        _ history: RevisionHistory, to revision: Revision, _ client: any ResourceClient, _ invocation: Invocation
    ) async throws(CommandFailure) -> VolumeRestoreRequest? {
        let namespace = history.set.namespace
        var volumes: [Volume] = []
        var snapshots: [SlotSnapshot] = []
        let items = try await request("list volumes") { () throws(APIStatus) in
            try await client.list(Volume.resourceType, in: namespace, ListOptions()).items
        }
        for item in items { volumes.append(try decode(item)) }
        let copies = try await request("list snapshots") { () throws(APIStatus) in
            try await client.list(SlotSnapshot.resourceType, in: namespace, ListOptions()).items
        }
        for copy in copies { snapshots.append(try decode(copy)) }
        let rollback = try DataRollback(history.set, to: revision, volumes, snapshots)
        guard !rollback.entries.isEmpty else { return nil }
        for line in rollback.lines(now: invocation.now) { invocation.console.note(line) }
        if dryRun == .none {
            try confirmation.confirm(
                "What \(rollback.entries.count == 1 ? "this slot has" : "these slots have") written since revision "
                    + "\(revision.spec.number) will be set aside.", invocation.console)
        }
        return rollback.request(token: invocation.now.rfc3339Micro)
    }

    private static func refusal(of revision: Revision, in history: RevisionHistory) -> CommandFailure {
        let number = revision.spec.number
        let evidence = revision.status.evidence.map { ": \($0.sentence)" } ?? ""
        return CommandFailure(
            .failed, "revision \(number) was rejected\(evidence)",
            hints: [
                "it would not be rolled out; `immctl rollout undo \(history.set.name) --to-revision \(number) --retry` "
                    + "clears the verdict and tries it again"
            ])
    }

    private func choose(from history: RevisionHistory) throws(CommandFailure) -> Revision {
        if let toRevision {
            guard let revision = history[toRevision] else { throw history.unknown(toRevision) }
            return revision
        }
        if let previous = history.previous { return previous }
        throw CommandFailure(
            .failed, "set \(history.set.name) has no earlier revision to go back to",
            hints: ["see `immctl rollout history \(history.set.name)`, and name one with --to-revision"])
    }

    /// The patch that gives the set the revision's template, decided on this version of the set; nil when it has it.
    static func patch(from set: InstanceSet, _ stored: JSONValue, to revision: Revision) -> JSONValue? {
        guard set.spec.template != revision.spec.template else { return nil }
        let wanted = revision.json[path: ["spec", "template"]] ?? [:]
        let template = (stored[path: ["spec", "template"]] ?? [:]).mergePatch(to: wanted)
        return [
            "metadata": ["resourceVersion": .string(stored.resourceVersion)], "spec": ["template": template],
        ]
    }
}
