import InfraAPI
import JSON
import ResourceAPI

/// Follows one set's roll-out.
struct RolloutWatch: Sendable {
    let set: ObjectReference
    let client: any ResourceClient
    /// Whether each progress tells of the slots too, for one more list a change.
    var loadsSlots = false

    /// The progress now.
    func now() async throws(CommandFailure) -> RolloutProgress {
        let object: InstanceSet = try await client.load(set)
        return try await progress(of: object)
    }

    /// Hands over the progress at each change of the set.
    ///
    /// - Returns: the last progress, once the roll-out is over or the task is cancelled.
    func follow(_ body: (RolloutProgress) -> Void) async throws(CommandFailure) -> RolloutProgress {
        var last = try await now()
        body(last)
        if last.isOver { return last }
        var failure: CommandFailure?
        try await request("watch \(set.qualifiedName)") { () throws(APIStatus) in
            try await ObjectFollower(client, set).follow { news throws(APIStatus) in
                let object: JSONValue?
                switch news {
                case .all(let objects): object = objects.first
                case .added(let new), .modified(let new): object = new
                case .deleted: object = nil
                }
                guard let object else { throw APIStatus.notFound(set.type, set.name) }
                do throws(CommandFailure) {
                    let next = try await progress(of: try decode(object))
                    if next != last { body(next) }
                    last = next
                    return !next.isOver
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
        return last
    }

    private func progress(of object: InstanceSet) async throws(CommandFailure) -> RolloutProgress {
        var progress = RolloutProgress(object)
        if loadsSlots {
            progress.slots = SlotPhase.phases(
                of: try await SetOccupants.load(set, client), revision: progress.revision)
        }
        return progress
    }
}
