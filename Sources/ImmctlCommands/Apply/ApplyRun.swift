import InfraAPI
import JSON
import ResourceAPI

/// Server-side apply of documents that are valid by themselves: first all are tried on the server, then all are applied.
struct ApplyRun: Sendable {
    let session: Session
    let console: Console
    let forceConflicts: Bool
    /// Whose fields they become.
    var fieldManager = Session.fieldManager
    /// Whether a conflict is only told, and the rest shown as if it were forced.
    var tellsConflicts = false

    /// What a document would do.
    struct Preview: Sendable {
        var document: ApplyDocument
        /// As it is stored now; nil when it does not exist.
        var existing: JSONValue?
        /// As it would be; nil when only the real apply of the documents before it makes that known.
        var applied: JSONValue?

        var verb: ObjectChange.Verb {
            guard let existing else { return .created }
            return applied.map { ApplyRun.isEqual(existing, $0) } ?? false ? .unchanged : .configured
        }
    }

    /// Tries every document with a dry run.
    ///
    /// - Throws: all refusals at once, each with its place in the manifest; nothing was changed.
    func preview(_ documents: [ApplyDocument]) async throws(CommandFailure) -> [Preview] {
        var previews: [Preview] = []
        var refusals: [CommandFailure] = []
        for document in documents {
            do throws(CommandFailure) {
                previews.append(try await preview(document, after: previews))
            } catch {
                if error.status == .noServer { throw error }
                refusals.append(error)
            }
        }
        guard let first = refusals.first else { return previews }
        var hints: [String] = []
        for hint in refusals.flatMap(\.hints) where !hints.contains(hint) { hints.append(hint) }
        if documents.count > 1 { hints.append("nothing was applied") }
        let status = refusals.contains { $0.status == .failed } ? CommandStatus.failed : first.status
        throw CommandFailure(status, refusals.map(\.message).joined(separator: "\n"), hints: hints)
    }

    private func preview(_ document: ApplyDocument, after: [Preview]) async throws(CommandFailure) -> Preview {
        var preview = Preview(document: document)
        do throws(APIStatus) {
            preview.existing = try await session.client.get(document.reference)
        } catch {
            guard error.isNotFound else { throw document.failure(error) }
        }
        do throws(APIStatus) {
            preview.applied = try await apply(document, dryRun: true)
        } catch {
            // What stands in an object that is made by this very command cannot be judged before it is there.
            let madeHere = after.contains { $0.existing == nil && $0.document.isPrerequisite }
            guard madeHere, error.reason == .notFound || error.reason == .invalid else { throw document.failure(error) }
        }
        return preview
    }

    /// Applies a document for good.
    func apply(_ preview: Preview) async throws(CommandFailure) -> ObjectChange {
        let document = preview.document
        do throws(APIStatus) {
            let object = try await apply(document, dryRun: false)
            let verb: ObjectChange.Verb =
                preview.existing.map { $0.resourceVersion == object.resourceVersion ? .unchanged : .configured }
                ?? .created
            return ObjectChange(document.reference, verb, object, .none, isServerSide: true)
        } catch { throw document.failure(error) }
    }

    private func apply(_ document: ApplyDocument, dryRun: Bool) async throws(APIStatus) -> JSONValue {
        var options = WriteOptions(fieldManager: fieldManager, force: forceConflicts, dryRun: dryRun)
        do throws(APIStatus) {
            return try await session.client.apply(document.object, options)
        } catch {
            let isTold = tellsConflicts && error.isConflictOfFields
            guard isTold || ApplyRun.isConflictWithOurselves(error) else { throw error }
            if isTold { console.warn("\(document.place): \(document.reference.qualifiedName): \(error.message)") }
            options.force = true
            return try await session.client.apply(document.object, options)
        }
    }

    /// Whether the fields in conflict were all set by immctl itself: `scale` and `rollout undo` set fields apart from
    /// the manifest, and the newer word of the same tool counts.
    static func isConflictWithOurselves(_ error: APIStatus) -> Bool {
        let conflicts = error.causes.filter { $0.reason == "FieldManagerConflict" }
        return error.isConflict && !conflicts.isEmpty && conflicts.count == error.causes.count
            && conflicts.allSatisfy { $0.message.contains("conflict with \"\(Session.fieldManager)\"") }
    }

    /// Equal but for what every write changes.
    static func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        func stable(_ object: JSONValue) -> JSONValue {
            var copy = object
            for name in ["resourceVersion", "generation", "managedFields"] { copy[path: ["metadata", name]] = nil }
            return copy
        }
        return stable(left) == stable(right)
    }
}

extension APIStatus {
    /// Whether others own fields that the apply sets.
    fileprivate var isConflictOfFields: Bool { isConflict && causes.contains { $0.reason == "FieldManagerConflict" } }
}
