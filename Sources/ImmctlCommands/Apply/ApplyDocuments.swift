import InfraAPI
import JSON
import Manifests
import ResourceAPI

/// All documents of a command, in the order in which they are applied: what others stand in or refer to first.
struct ApplyDocuments: Sendable {
    let documents: [ApplyDocument]

    /// Reads and validates `paths`; `-` is the standard input.
    ///
    /// - Parameters:
    ///   - namespace: what `-n` says; nil when it was not given.
    ///   - defaultNamespace: of those that name none, where `-n` says nothing.
    ///   - allowsGeneratedNames: whether `generateName` will do in the place of a name.
    /// - Throws: everything that is wrong with any document, each with its place.
    init(
        _ paths: [String], recursive: Bool, namespace: String?, defaultNamespace: String = "default",
        allowsGeneratedNames: Bool = false, _ console: Console
    ) throws(CommandFailure) {
        var sources: [ManifestSource] = []
        for path in paths {
            // The standard input is the console's, so that a test holds it.
            sources.append(
                path == "-"
                    ? .text(name: "<stdin>", bytes: try console.input()) : .path(path, recursive: recursive))
        }
        let (loaded, unreadable) = loadManifests(sources)
        let (resources, invalid) = validateManifests(loaded, defaultNamespace: namespace ?? defaultNamespace)
        let flaws =
            unreadable + invalid + resources.flatMap { ApplyDocuments.flaws(of: $0, namespace, allowsGeneratedNames) }
        guard flaws.isEmpty else {
            throw CommandFailure(
                .failed, flaws.map(\.description).joined(separator: "\n"), hints: ["nothing was applied"])
        }
        let documents = resources.map { ApplyDocument($0, namespace: namespace ?? defaultNamespace) }
        guard !documents.isEmpty else {
            throw CommandFailure(.failed, "no objects in \(paths.joined(separator: ", "))")
        }
        self.documents = documents.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element)
    }

    var references: [ObjectReference] { documents.map(\.reference) }

    private static func flaws(
        of resource: ManifestResource, _ namespace: String?, _ allowsGeneratedNames: Bool
    ) -> [Diagnostic] {
        let metadata = FieldPath([.field("metadata")])
        var flaws: [Diagnostic] = []
        let isGenerated = resource.value[path: ["metadata", "generateName"]] != nil
        if resource.name.isEmpty, !(allowsGeneratedNames && isGenerated) {
            flaws.append(
                resource.document.diagnostic(
                    at: metadata, "metadata.name is missing", hint: "apply finds an object by its name"))
        }
        if let namespace, resource.type.namespaced, !resource.namespace.isEmpty, resource.namespace != namespace {
            flaws.append(
                resource.document.diagnostic(
                    at: metadata.field("namespace"),
                    "the manifest names namespace \(resource.namespace), and --namespace is \(namespace)",
                    hint: "leave one of them out"))
        }
        return flaws
    }
}
