import InfraAPI
import JSON
import Manifests
import ResourceAPI

/// Lets a person edit one stored object in an editor.
struct EditRun: Sendable {
    private static let maximumBytes = 4 << 20
    private static let attempts = 5

    let session: Session
    let invocation: Invocation
    let editor: [String]
    let asJSON: Bool
    let dryRun: Bool

    /// What came of one look into the editor.
    private enum Outcome {
        case done(ObjectChange?)
        /// Open the editor again: on this object, with this text, and say why.
        case again(base: JSONValue, body: String, notes: [String])
    }

    /// - Returns: nil when nothing was to be changed.
    func edit(_ reference: ObjectReference) async throws(CommandFailure) -> ObjectChange? {
        let parent = invocation.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let folder = try LocalFile.makeTemporaryFolder(in: parent)
        let path = "\(folder)/\(reference.name).\(asJSON ? "json" : "yaml")"
        var keepsFile = false
        defer {
            if !keepsFile {
                LocalFile.remove(path)
                LocalFile.removeFolder(folder)
            }
        }
        var base = try await load(reference)
        var (body, notes) = (text(base), [String]())
        while true {
            let opened = EditedText.text(body, notes: notes)
            try LocalFile.write(Array(opened.utf8), to: path)
            let status = try await invocation.launch(editor + [path])
            guard status == 0 else {
                keepsFile = true
                throw CommandFailure(
                    .failed, "the editor \(editor[0]) ended with status \(status)", hints: [kept(path)])
            }
            let saved = String(decoding: try LocalFile.contents(of: path, limit: EditRun.maximumBytes), as: UTF8.self)
            if EditedText.isEmpty(saved) {
                invocation.console.note("Edit cancelled, the saved file is empty.")
                return nil
            }
            if saved == opened {
                guard !notes.isEmpty else {
                    invocation.console.note("Edit cancelled, no changes made.")
                    return nil
                }
                keepsFile = true
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName) is unchanged: \(notes.joined(separator: " "))",
                    hints: [kept(path)])
            }
            do throws(CommandFailure) {
                switch try await save(saved, path, base, reference) {
                case .done(let change): return change
                case .again(let newBase, let newBody, let newNotes):
                    (base, body, notes) = (newBase, newBody, newNotes)
                }
            } catch {
                keepsFile = true
                throw CommandFailure(error.status, error.message, hints: error.hints + [kept(path)])
            }
        }
    }

    private func kept(_ path: String) -> String { "your text is kept in \(path)" }

    private func text(_ object: JSONValue) -> String {
        asJSON ? object.prettyString() + "\n" : object.yamlString()
    }

    private func load(_ reference: ObjectReference) async throws(CommandFailure) -> JSONValue {
        try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
            try await session.client.get(reference).withoutManagedFields
        }
    }

    private func save(
        _ saved: String, _ path: String, _ base: JSONValue, _ reference: ObjectReference
    ) async throws(CommandFailure) -> Outcome {
        func again(_ message: String) -> Outcome {
            .again(
                base: base, body: EditedText.body(of: saved),
                notes: message.split(separator: "\n").map { "error: \($0)" })
        }
        let edited: JSONValue
        do throws(CommandFailure) {
            edited = try EditedText.object(
                in: saved, name: String(path[(path.lastIndex(of: "/") ?? path.startIndex)...].dropFirst()))
        } catch { return again(error.message) }
        for key in [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]]
        where edited[path: key] != base[path: key] {
            return again("\(key.joined(separator: ".")) cannot be changed")
        }
        let patch = base.withoutNulls.mergePatch(to: edited)
        if patch.objectValue?.isEmpty ?? true {
            invocation.console.note("Edit cancelled, no changes made.")
            return .done(nil)
        }
        return try await send(patch, base, reference, again)
    }

    /// Sends the changes, unless somebody else changed the same fields meanwhile.
    private func send(
        _ patch: JSONValue, _ base: JSONValue, _ reference: ObjectReference, _ again: (String) -> Outcome
    ) async throws(CommandFailure) -> Outcome {
        for _ in 1...EditRun.attempts {
            let latest = try await load(reference)
            let clashes = EditRun.clashes(patch, base, latest)
            guard clashes.isEmpty else {
                return .again(
                    base: latest, body: text(latest.mergePatched(with: patch)),
                    notes: [
                        "error: somebody else changed \(clashes.joined(separator: ", ")) meanwhile.",
                        "Below is the newest object with your changes in it: look at it, change this line, and save.",
                    ])
            }
            var guarded = patch
            guarded[path: ["metadata", "resourceVersion"]] = .string(latest.resourceVersion)
            do throws(APIStatus) {
                let object = try await session.client.mergePatch(
                    reference, guarded, nil, WriteOptions(fieldManager: Session.fieldManager, dryRun: dryRun))
                return .done(ObjectChange(reference, .edited, object, dryRun ? .server : .none))
            } catch {
                if error.isConflict { continue }
                guard error.reason == .invalid || error.reason == .badRequest || error.reason == .forbidden else {
                    throw CommandFailure(error, while: "edit \(reference.qualifiedName)")
                }
                return again(error.message)
            }
        }
        throw CommandFailure(.conflict, "edit \(reference.qualifiedName): others kept changing it")
    }

    /// The fields that both the patch and somebody else changed. The status is the controllers' and changes all the time.
    static func clashes(_ patch: JSONValue, _ base: JSONValue, _ latest: JSONValue) -> [String] {
        func relevant(_ object: JSONValue) -> JSONValue {
            var copy = object
            copy["status"] = nil
            for name in ["resourceVersion", "generation", "managedFields"] { copy[path: ["metadata", name]] = nil }
            return copy.withoutNulls
        }
        let change = relevant(base).mergePatch(to: relevant(latest))
        guard !(change.objectValue?.isEmpty ?? true) else { return [] }
        let theirs = change.patchedPaths
        return patch.patchedPaths.filter { mine in
            theirs.contains { $0.starts(with: mine) || mine.starts(with: $0) }
        }.map { $0.joined(separator: ".") }
    }
}
