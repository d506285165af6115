import GitClient
import InfraAPI
import JSON
import Manifests
import ResourceAPI

/// Turns the files of a commit into objects, or says what is wrong with them: all of it, each with its place.
struct CommitRenderer: Sendable {
    private static let maximumObjects = 2000
    private static let maximumShown = 10
    private static let suffixes = [".yaml", ".yml", ".json"]
    let commit: GitCommitID
    /// Directory in the repository; `.` is its root.
    let path: String
    /// Of objects that name none.
    let namespace: String

    /// Of plain manifests.
    func render(_ files: [GitFile]) throws(SyncProblem) -> [RenderedObject] {
        try checkLinks(files)
        let manifests = files.filter { $0.kind == .regular && CommitRenderer.isManifest($0.path) }
        return try render(manifests.map { ManifestSource.text(name: place($0.path), bytes: $0.bytes) })
    }

    /// Of what a kustomization was built into.
    func render(built bytes: [UInt8], from file: String) throws(SyncProblem) -> [RenderedObject] {
        try render([ManifestSource.text(name: "\(place(file)) as built", bytes: bytes)])
    }

    private func render(_ sources: [ManifestSource]) throws(SyncProblem) -> [RenderedObject] {
        let loaded = loadManifests(sources)
        let (resources, problems) = validateManifests(loaded.documents, defaultNamespace: namespace)
        var diagnostics = loaded.diagnostics + problems
        var objects: [RenderedObject] = []
        for resource in resources {
            do throws(DiagnosedProblem) {
                objects.append(try object(resource))
            } catch { diagnostics.append(error.diagnostic) }
        }
        diagnostics += waveProblems(objects, resources)
        guard diagnostics.isEmpty else { throw CommitRenderer.problem(diagnostics) }
        guard !objects.isEmpty else {
            throw SyncProblem(
                .emptyRender,
                "\(commit):\(path): no manifest in this directory or below; an empty directory is refused, since it would prune "
                    + "everything: to remove everything, delete the objects, or approve it with a commit that leaves one of them"
            )
        }
        guard objects.count <= CommitRenderer.maximumObjects else {
            throw SyncProblem(
                .tooManyObjects,
                "\(commit):\(path): \(objects.count) objects; a source holds at most \(CommitRenderer.maximumObjects): split it into "
                    + "several")
        }
        return objects
    }

    private struct DiagnosedProblem: Error { let diagnostic: Diagnostic }

    private func object(_ resource: ManifestResource) throws(DiagnosedProblem) -> RenderedObject {
        let document = resource.document
        func refuse(_ path: [FieldPath.Element], _ message: String, _ hint: String?) -> DiagnosedProblem {
            DiagnosedProblem(diagnostic: document.diagnostic(at: FieldPath(path), message, hint: hint))
        }
        guard ObjectMirror.types.contains(resource.type) else {
            throw refuse(
                [.field("kind")], "a \(resource.type.kind) is no desired state, and does not belong into a repository",
                "the kinds are \(ObjectMirror.types.map(\.kind).joined(separator: ", "))")
        }
        guard !resource.name.isEmpty else {
            throw refuse(
                [.field("metadata")], "metadata.name is missing", "generateName makes another object with each sync")
        }
        var value = resource.value
        value["status"] = nil
        let isNamespaced = resource.type.namespaced
        if isNamespaced, resource.namespace.isEmpty { value[path: ["metadata", "namespace"]] = .string(namespace) }
        let annotation = value[path: ["metadata", "annotations", GitSource.waveAnnotation]]
        guard let wave = annotation.map({ Int32($0.stringValue ?? "") }) ?? 0 else {
            throw refuse(
                [.field("metadata"), .field("annotations"), .field(GitSource.waveAnnotation)],
                "a wave is a whole number, written as a string", "such as \(GitSource.waveAnnotation): \"1\"")
        }
        let start = document.position
        return RenderedObject(
            id: ObjectID(
                resource.type, namespace: resource.namespace.isEmpty ? namespace : resource.namespace,
                name: resource.name),
            type: resource.type, value: value, wave: Int(wave), place: "\(document.file):\(start.line):\(start.column)")
    }

    /// What stands in a namespace that the commit makes cannot come before it.
    private func waveProblems(_ objects: [RenderedObject], _ resources: [ManifestResource]) -> [Diagnostic] {
        var waves: [String: Int] = [:]
        for object in objects where object.type == Namespace.resourceType { waves[object.id.name] = object.wave }
        guard !waves.isEmpty else { return [] }
        let early = Set(
            objects.filter { object in waves[object.id.namespace].map { $0 > object.wave } ?? false }.map(\.place))
        return resources.filter {
            early.contains("\($0.document.file):\($0.document.position.line):\($0.document.position.column)")
        }
        .map { resource in
            resource.document.diagnostic(
                at: FieldPath([.field("metadata")]),
                "\(resource.type.kind) \(resource.name) is in an earlier wave than its Namespace, which this commit makes",
                hint: "give the Namespace a lower \(GitSource.waveAnnotation)")
        }
    }

    private static func problem(_ diagnostics: [Diagnostic]) -> SyncProblem {
        let shown = diagnostics.prefix(maximumShown).map(\.description)
        let rest =
            diagnostics.count > maximumShown ? ["\(diagnostics.count - maximumShown) more problems are not shown"] : []
        return SyncProblem(.manifestInvalid, (shown + rest).joined(separator: "\n"))
    }

    // Files.

    static func isManifest(_ path: String) -> Bool { suffixes.contains { path.hasSuffix($0) } }

    /// `<commit>:<path>`; a path that would break a line is quoted.
    private func place(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        return "\(commit):\(isPlain ? path : JSONValue.string(path).encodedString())"
    }

    /// Links are not followed and other repositories not fetched: where that would change what is applied, the commit is refused.
    private func checkLinks(_ files: [GitFile]) throws(SyncProblem) {
        let regular = Set(files.filter { $0.kind == .regular }.map(\.path))
        for file in files {
            switch file.kind {
            case .regular: continue
            case .submodule:
                throw SyncProblem(
                    .submoduleRefused,
                    "\(place(file.path)): a submodule, which is never fetched: put its files into this repository")
            case .link:
                let target = String(decoding: file.bytes, as: UTF8.self)
                guard let resolved = CommitRenderer.resolve(target, from: file.path),
                    path == "." || resolved == path || resolved.hasPrefix(path + "/")
                else {
                    throw SyncProblem(
                        .linkRefused,
                        "\(place(file.path)): a link that leads out of the path \(path); links are never followed: put the file itself "
                            + "there")
                }
                // A link to a file that is no manifest, by a name that is none, changes nothing.
                guard !CommitRenderer.isManifest(file.path), regular.contains(resolved),
                    !CommitRenderer.isManifest(resolved)
                else {
                    throw SyncProblem(
                        .linkRefused,
                        "\(place(file.path)): a link, which is never followed, so that what it leads to would be missing: put the file "
                            + "itself there")
                }
            }
        }
    }

    /// The path that a link leads to, from the repository's root; nil when it leads out of it.
    private static func resolve(_ target: String, from link: String) -> String? {
        guard !target.hasPrefix("/"), !target.utf8.contains(0) else { return nil }
        var parts = link.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
