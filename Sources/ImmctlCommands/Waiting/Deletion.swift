import InfraAPI
import JSON
import ResourceAPI

/// Deletes objects, and waits until they are gone.
final class Deletion {
    let session: Session
    let invocation: Invocation
    let cascade: DeleteOptions.Propagation
    let dryRun: DryRun
    let ignoreNotFound: Bool
    let output: ChangeFormat
    let rendering: OutputRendering
    /// What is on its way out, with the uid, so that a successor of the same name is not waited for.
    private var leaving: [(reference: ObjectReference, uid: String)] = []

    init(
        session: Session, invocation: Invocation, cascade: DeleteOptions.Propagation, dryRun: DryRun,
        ignoreNotFound: Bool, output: ChangeFormat
    ) {
        self.session = session
        self.invocation = invocation
        self.cascade = cascade
        self.dryRun = dryRun
        self.ignoreNotFound = ignoreNotFound
        self.output = output
        rendering = OutputRendering(console: invocation.console)
    }

    /// Asks for the deletion of all, and goes on where one fails.
    func delete(_ references: [ObjectReference]) async throws(CommandFailure) -> CommandStatus {
        var status = CommandStatus.success
        var changes: [ObjectChange] = []
        for reference in references {
            do throws(APIStatus) {
                let object: JSONValue
                if dryRun == .client {
                    object = try await session.client.get(reference)
                } else {
                    object = try await session.client.delete(
                        reference, DeleteOptions(propagation: cascade, dryRun: dryRun == .server))
                    leaving.append((reference, object.uid))
                }
                changes.append(ObjectChange(reference, .deleted, object, dryRun))
                rendering.show(changes[changes.count - 1], as: output)
            } catch {
                if error.isNotFound && ignoreNotFound { continue }
                let failure = CommandFailure(error, while: "delete \(reference.qualifiedName)")
                // Without a server the others fail in the same way.
                if failure.status == .noServer { throw failure }
                invocation.console.report(failure)
                status = status.joined(with: failure.status)
            }
        }
        try rendering.finish(changes, as: output)
        return status
    }

    /// - Returns: `failed` when objects are still there after `timeout`, with what holds them printed.
    func waitUntilGone(timeout: Duration) async throws(CommandFailure) -> CommandStatus {
        let client = session.client
        let leaving = leaving
        let started = invocation.uptime
        for (reference, uid) in leaving {
            let left = max(.milliseconds(100), timeout - (invocation.uptime - started))
            let isGone: Void? = try await withDeadline(left, invocation.time) { () throws(CommandFailure) in
                try await Deletion.waitUntilGone(reference, uid, client)
            }
            guard isGone == nil else { continue }
            invocation.console.report(try await stillThere(reference, timeout))
            return .failed
        }
        return .success
    }

    static func waitUntilGone(
        _ reference: ObjectReference, _ uid: String, _ client: any ResourceClient
    ) async throws(CommandFailure) {
        try await request("wait for the deletion of \(reference.qualifiedName)") { () throws(APIStatus) in
            try await ObjectFollower(client, reference).follow { news throws(APIStatus) in
                switch news {
                case .all(let objects): objects.contains { $0.uid == uid }
                case .added(let object), .modified(let object): object.uid == uid
                case .deleted(let object): object.uid != uid
                }
            }
        }
    }

    private func stillThere(_ reference: ObjectReference, _ timeout: Duration) async throws(CommandFailure)
        -> CommandFailure
    {
        let object: JSONValue? = try? await session.client.get(reference)
        let finalizers = (object?[path: ["metadata", "finalizers"]]?.arrayValue ?? []).compactMap(\.stringValue)
        let holders = finalizers.isEmpty ? "" : "; it waits for \(finalizers.joined(separator: ", "))"
        return CommandFailure(
            .failed, "\(reference.qualifiedName) is still there after \(Age.text(timeout))\(holders)",
            hints: ["see why with `immctl describe \(reference.type.singular)/\(reference.name)`; the deletion goes on"]
        )
    }
}
