import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import ResourceAPI

/// Everything that is read of a repository's objects and written to them, as the source's own identity.
struct ObjectWriter: Sendable {
    let client: any ResourceClient
    let source: GitSource
    let mirror: ObjectMirror
    /// Another source that answers for an object.
    let otherOwner: @Sendable (_ id: ObjectID, _ uid: String) -> NamespacedName?
    /// Uptime.
    let now: Duration

    private static let retry = Backoff.Policy(initial: .seconds(2), maximum: .seconds(60), jitterPercent: 0)

    // Asking.

    /// What applying an object would do, without doing it.
    ///
    /// - Parameter explains: also asks who set what differs.
    /// - Throws: what says nothing about the object.
    func check(
        _ object: RenderedObject, _ commit: RenderedCommit, last: ObjectCheck?, explains: Bool,
        _ randomness: any Randomness
    ) async throws(APIStatus) -> ObjectCheck {
        do throws(APIStatus) {
            let live = try await find(object)
            if let live, live.isBeingDeleted { return .terminating(uid: live.uid) }
            if let live, let owner = otherOwner(object.id, live.uid) {
                let problem = SyncProblem(
                    .ownedElsewhere,
                    "GitSource \(owner) answers for it: an object stands in one repository; take it out of one of the two"
                )
                return refused(problem, object, last, randomness)
            }
            if live == nil, isInMissingNamespace(object, commit) { return .unchecked }
            return try await compare(object, live, explains: explains)
        } catch {
            if error.isPassing { throw error }
            return refused(SyncProblem(refusal: error, of: object.id, source), object, last, randomness)
        }
    }

    private func refused(
        _ problem: SyncProblem, _ object: RenderedObject, _ last: ObjectCheck?, _ randomness: any Randomness
    ) -> ObjectCheck {
        var failures = 1
        if case .refused(_, _, let before, _) = last { failures += before }
        let delay = ObjectWriter.retry.delay(afterAttempt: failures, randomness)
        return .refused(problem, mark: mirror.get(object.id)?.mark, failures: failures, due: now + delay)
    }

    private func compare(
        _ object: RenderedObject, _ live: JSONValue?, explains: Bool
    ) async throws(APIStatus) -> ObjectCheck {
        let isOurs = live.map(isOurs) ?? false
        let options = WriteOptions(fieldManager: source.fieldManager, force: isOurs, dryRun: true)
        let result = try await client.apply(object.value, options)
        guard let live else { return .missing }
        let mark = try mark(of: live)
        let isSame =
            FieldDifference.content(of: live) == FieldDifference.content(of: result)
            && FieldDifference.fields(of: source.fieldManager, in: live)
                == FieldDifference.fields(of: source.fieldManager, in: result)
        if isSame { return .equal(uid: live.uid, mark: mark) }
        let changes = explains ? await explain(object, live, result) : ""
        return .differs(uid: live.uid, mark: mark, isOurs: isOurs, changes: changes)
    }

    /// Which fields others changed, and who: as the conflicts of an apply without force name them.
    private func explain(_ object: RenderedObject, _ live: JSONValue, _ result: JSONValue) async -> String {
        do throws(APIStatus) {
            _ = try await client.apply(object.value, WriteOptions(fieldManager: source.fieldManager, dryRun: true))
        } catch {
            let conflicts = error.causes.filter { $0.reason == "FieldManagerConflict" }
            if !conflicts.isEmpty {
                return conflicts.map { cause in
                    "\(cause.field) was changed by \(cause.manager)"
                }.listed
            }
        }
        let paths = FieldDifference.paths(
            from: FieldDifference.content(of: live), to: FieldDifference.content(of: result))
        return paths.isEmpty ? "fields were taken over" : "\(paths.listed) was changed or removed"
    }

    private func isInMissingNamespace(_ object: RenderedObject, _ commit: RenderedCommit) -> Bool {
        let namespace = object.id.namespace
        return commit.namespaces.contains(namespace)
            && mirror.get(ObjectID(Namespace.resourceType, namespace: "", name: namespace)) == nil
    }

    /// Whether the source applied this very object before: its inventory names it, or named it before its uid was known.
    private func isOurs(_ live: JSONValue) -> Bool {
        let (uid, manager) = (live.uid, source.fieldManager)
        let id = live.objectID
        return source.status.inventory.contains { entry in
            guard ObjectID(entry) == id else { return false }
            if entry.uid == uid { return true }
            return entry.uid.isEmpty && !FieldDifference.fields(of: manager, in: live).isNull
        }
    }

    private func find(_ object: RenderedObject) async throws(APIStatus) -> JSONValue? {
        do throws(APIStatus) {
            let live = try await client.get(
                ObjectReference(object.type, namespace: object.id.namespace, name: object.id.name))
            mirror.absorb(live)
            return live
        } catch {
            guard error.isNotFound else { throw error }
            // The watch may be behind: what a read says is gone, is.
            mirror.forget(object.id)
            return nil
        }
    }

    // Writing.

    enum Applied: Sendable {
        case created, configured, unchanged
    }

    /// - Parameter isOurs: fields that others took are taken back.
    /// - Returns: how the object stands now.
    func apply(_ object: RenderedObject, isOurs: Bool) async throws(APIStatus) -> (ObjectCheck, Applied) {
        let before = mirror.get(object.id)
        let options = WriteOptions(fieldManager: source.fieldManager, force: isOurs)
        let result = try await client.apply(object.value, options)
        mirror.absorb(result)
        let mark = try mark(of: result)
        let applied: Applied = before?.uid != result.uid ? .created : before?.mark == mark ? .unchanged : .configured
        return (.equal(uid: result.uid, mark: mark), applied)
    }

    /// Deletes this very object; one that is gone is gone.
    func delete(_ entry: InventoryEntry) async throws(APIStatus) {
        let id = ObjectID(entry)
        guard let reference = id.reference, !entry.uid.isEmpty else { return }
        do throws(APIStatus) {
            let left = try await client.delete(reference, DeleteOptions(uid: entry.uid))
            mirror.absorb(left, isGone: !left.hasFinalizers)
        } catch {
            // Gone, or another object of that name by now.
            guard error.isNotFound || error.isConflict else { throw error }
            if error.isNotFound { mirror.forget(id) }
        }
    }

    private func mark(of json: JSONValue) throws(APIStatus) -> ObjectSummary.Mark {
        guard let summary = mirror.summary(of: json) else {
            throw APIStatus(
                code: 500, reason: .internalError, message: "the server answered with an object that cannot be read")
        }
        return summary.mark
    }
}

extension APIStatus.Cause {
    /// Of a conflict: who owns the field.
    fileprivate var manager: String {
        let prefix = "conflict with "
        return message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
    }
}

extension JSONValue {
    fileprivate var uid: String { self["metadata"]?["uid"]?.stringValue ?? "" }

    fileprivate var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"]?.stringValue != nil }

    fileprivate var hasFinalizers: Bool { self["metadata"]?["finalizers"]?.arrayValue?.isEmpty == false }

    fileprivate var objectID: ObjectID? {
        guard let apiVersion = self["apiVersion"]?.stringValue, let kind = self["kind"]?.stringValue,
            let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind)
        else { return nil }
        return ObjectID(
            type, namespace: self["metadata"]?["namespace"]?.stringValue ?? "",
            name: self["metadata"]?["name"]?.stringValue ?? "")
    }
}
