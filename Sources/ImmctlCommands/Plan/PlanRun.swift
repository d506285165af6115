import InfraAPI
import JSON
import ResourceAPI

/// What applying one document, or leaving a stored set as it is, would do.
struct PlannedChange: Sendable {
    var reference: ObjectReference
    /// What becomes of the stored object; nil for a plan of a stored set.
    var verb: ObjectChange.Verb?
    /// The controller's plan; nil for other kinds, and for a set whose namespace is not there yet.
    var report: PlanReport?
    /// The server's answer as it came.
    var answer: JSONValue?

    var isChange: Bool { (verb ?? .unchanged) != .unchanged || report?.hasChanges ?? false }

    func lines(style: TextStyle) -> [String] {
        var lines: [String] = []
        switch verb {
        case .created: lines.append(style.paint("+", .green) + " \(reference.qualifiedName): to be created")
        case .configured: lines.append(style.paint("~", .yellow) + " \(reference.qualifiedName): to be changed")
        default: break
        }
        if let report {
            lines += PlanText.lines(report, style: style)
        } else if verb == .unchanged {
            lines.append("\(reference.qualifiedName): no changes.")
        }
        return lines
    }

    var json: JSONValue {
        var value = answer ?? ["steps": [], "waits": [], "messages": []]
        value["object"] = .string(reference.qualifiedName)
        value["change"] = verb.map { .string($0.rawValue) }
        return value
    }
}

/// Asks the server for plans.
struct PlanRun: Sendable {
    let session: Session
    let console: Console

    /// The documents as they would be after `apply`.
    func plan(_ documents: [ApplyDocument], forceConflicts: Bool) async throws(CommandFailure) -> [PlannedChange] {
        let run = ApplyRun(session: session, console: console, forceConflicts: forceConflicts)
        var changes: [PlannedChange] = []
        for preview in try await run.preview(documents) {
            let reference = preview.document.reference
            var change = PlannedChange(reference: reference, verb: preview.verb)
            if reference.type == InstanceSet.resourceType, let applied = preview.applied {
                let answer = try await ask(applied, reference)
                change.report = try PlanReport(json: answer)
                change.answer = answer
            }
            changes.append(change)
        }
        return changes
    }

    /// Sets as they are stored.
    func planStored(_ references: [ObjectReference]) async throws(CommandFailure) -> [PlannedChange] {
        var changes: [PlannedChange] = []
        for reference in references {
            guard reference.type == InstanceSet.resourceType else {
                throw .usage("\(reference.qualifiedName): only sets have a plan")
            }
            let stored = try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.get(reference)
            }
            let answer = try await ask(stored, reference)
            changes.append(PlannedChange(reference: reference, report: try PlanReport(json: answer), answer: answer))
        }
        return changes
    }

    private func ask(_ set: JSONValue, _ reference: ObjectReference) async throws(CommandFailure) -> JSONValue {
        try await request("plan \(reference.qualifiedName)") { () throws(APIStatus) in
            try await session.plan(set.withoutManagedFields)
        }
    }
}
