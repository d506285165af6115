import ArgumentParser
import JSON

/// Where a change is only tried.
enum DryRun: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none, client, server
}

// The same switch for commands that change objects: lines as things happen, or one document at the end.
extension OutputRendering {
    /// A change, as soon as it happened.
    func show(_ change: ObjectChange, as format: ChangeFormat) {
        switch format {
        case .text: console.print(change.line)
        case .name: console.print(change.reference.qualifiedName)
        case .document: break
        }
    }

    /// All changes, at the end.
    func finish(_ changes: [ObjectChange], as format: ChangeFormat) throws(CommandFailure) {
        guard case .document(let format) = format else { return }
        if case .jsonPath = format {
            // As kubectl does it: the template once for each object.
            for change in changes { try show(change.object, as: format) { [] } }
        } else {
            try show(JSONValue.results(changes.map(\.object.withoutManagedFields)), as: format) { [] }
        }
    }
}
