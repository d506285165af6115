import ArgumentParser
import JSON
import Manifests

/// Where a change is only tried.
enum DryRun: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none, client, server
}

/// How changes of objects are printed.
enum ChangeFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, yaml, json, name
}

// The same switch for commands that change objects: lines as things happen, or one document at the end.
extension OutputRendering {
    /// A change, as soon as it happened.
    func show(_ change: ObjectChange, as format: ChangeFormat) {
        switch format {
        case .text: console.print(change.line)
        case .name: console.print(change.reference.qualifiedName)
        case .yaml, .json: break
        }
    }

    /// All changes, at the end.
    func finish(_ changes: [ObjectChange], as format: ChangeFormat) {
        let document = JSONValue.results(changes.map(\.object.withoutManagedFields))
        switch format {
        case .text, .name: break
        case .yaml: console.output(document.yamlString())
        case .json: console.print(document.prettyString())
        }
    }
}
