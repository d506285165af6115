import InfraAPI
import JSON
import ResourceAPI

/// What pushing a checkout would change.
struct CheckoutDifference: Sendable {
    /// An object of the source whose manifest the checkout does not have.
    struct Pruned: Sendable {
        let entry: InventoryEntry
        /// Whether it stays, and is the source's no longer.
        let isKept: Bool

        var line: String {
            let name = "\(entry.qualifiedName)" + (entry.namespace.isEmpty ? "" : " in \(entry.namespace)")
            return "\(name) \(isKept ? "would be let go of, and stay" : "would be pruned")".singleLine
        }

        var json: JSONValue {
            ["object": .string(entry.qualifiedName), "change": isKept ? "released" : "pruned", "diff": ""]
        }
    }

    private static let kustomizations = ["kustomization.yaml", "kustomization.yml", "Kustomization"]

    let source: GitSource
    let session: Session
    let invocation: Invocation

    /// - Parameter path: the checkout's root, or `-`.
    func compare(
        with path: String
    ) async throws(CommandFailure) -> (changed: [ObjectDifference], pruned: [Pruned]) {
        let documents = try ApplyDocuments(
            [try folder(path)], recursive: true, namespace: nil,
            defaultNamespace: source.spec.targetNamespace ?? source.namespace, invocation.console
        ).documents
        var run = ApplyRun(session: session, console: invocation.console, forceConflicts: false)
        run.fieldManager = source.fieldManager
        run.tellsConflicts = true
        let differences = try await run.preview(documents).map { preview in
            ObjectDifference(
                preview.document.reference, live: preview.existing, merged: preview.applied ?? preview.document.object)
        }
        return (differences.filter { !$0.isEmpty }, try await pruned(keeping: documents.map(\.reference)))
    }

    /// What the source reads in the checkout.
    private func folder(_ path: String) throws(CommandFailure) -> String {
        guard path != "-" else { return path }
        let root = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        let folder = source.spec.path == "." ? root : "\(root)/\(source.spec.path)"
        guard LocalFile.isFolder(folder) else {
            throw CommandFailure(
                .failed, "\(folder) is no folder",
                hints: ["--path names the root of a checkout, and the source reads \(source.spec.path) below it"])
        }
        for name in CheckoutDifference.kustomizations where LocalFile.exists("\(folder)/\(name)") {
            throw CommandFailure(
                .failed, "\(folder) is a kustomization",
                hints: ["build it: `kubectl kustomize \(folder) | immctl gitops diff \(source.name) --path -`"])
        }
        return folder
    }

    private func pruned(keeping wanted: [ObjectReference]) async throws(CommandFailure) -> [Pruned] {
        let wanted = Set(wanted)
        var pruned: [Pruned] = []
        for entry in source.status.inventory {
            guard let type = entry.type else { continue }
            let reference = ObjectReference(type, in: entry.namespace, name: entry.name)
            guard !wanted.contains(reference), let object = try await session.client.stored(reference),
                entry.uid.isEmpty || object.uid == entry.uid
            else { continue }
            let mark = object[path: ["metadata", "annotations", GitSource.pruneAnnotation]]
            // As the controller decides it: what holds data, and the source itself, are let go of.
            let isSpared = type == Volume.resourceType || type == Namespace.resourceType || object.uid == source.uid
            pruned.append(Pruned(entry: entry, isKept: !source.spec.prune.enabled || isSpared || mark == "Keep"))
        }
        return pruned
    }
}

extension ResourceClient {
    /// nil when it is not there.
    func stored(_ reference: ObjectReference) async throws(CommandFailure) -> JSONValue? {
        do throws(APIStatus) {
            return try await get(reference)
        } catch {
            if error.isNotFound { return nil }
            throw CommandFailure(error, while: "get \(reference.qualifiedName)")
        }
    }
}
