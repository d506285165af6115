import InfraAPI
import JSON
import ResourceAPI

/// Changes labels or annotations of objects on the server.
struct MetadataRun: Sendable {
    private static let attempts = 5

    let change: MetadataChange
    let session: Session
    /// The version that the object must have; nil: any.
    var resourceVersion: String?
    let dryRun: DryRun

    /// - Throws: when a key has another value already, and that may not be overwritten.
    func run(_ reference: ObjectReference) async throws(CommandFailure) -> ObjectChange {
        let action = "\(change.map == .labels ? "label" : "annotate") \(reference.qualifiedName)"
        for attempt in 1...MetadataRun.attempts {
            let stored = try await request(action) { () throws(APIStatus) in try await session.client.get(reference) }
            let clashes = change.overwrite ? [] : change.clashes(with: stored)
            guard clashes.isEmpty else {
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName): \(clashes.joined(separator: ", "))",
                    hints: ["say --overwrite to change it"])
            }
            guard var patch = change.patch(for: stored) else {
                return ObjectChange(reference, change.verb(isChanged: false), stored, dryRun)
            }
            if dryRun == .client {
                return ObjectChange(reference, change.verb(isChanged: true), stored.mergePatched(with: patch), dryRun)
            }
            // What was looked at is what is changed, unless everything may be overwritten.
            let version = resourceVersion ?? (change.overwrite ? nil : stored.resourceVersion)
            if let version { patch[path: ["metadata", "resourceVersion"]] = .string(version) }
            do throws(APIStatus) {
                let object = try await session.client.mergePatch(
                    reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager, dryRun: dryRun == .server))
                return ObjectChange(reference, change.verb(isChanged: true), object, dryRun)
            } catch {
                let isRace = error.isConflict && resourceVersion == nil && attempt < MetadataRun.attempts
                guard isRace else { throw CommandFailure(error, while: action) }
            }
        }
        throw CommandFailure(.conflict, "\(action): others kept changing it", hints: ["repeat the command"])
    }
}
