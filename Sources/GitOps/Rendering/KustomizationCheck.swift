import GitClient
import InfraAPI
import JSON
import Manifests

/// Looks at the kustomizations of a repository before a program builds them: everything that one names has to be a file or a
/// directory of the same commit. A builder would fetch other repositories and URLs by itself, with this host's network.
struct KustomizationCheck: Sendable {
    private let files: [String: [UInt8]]
    private let directories: Set<String>

    /// Fields that only say how, and name nothing to load.
    private static let plain: Set<String> = [
        "apiVersion", "kind", "metadata", "namespace", "namePrefix", "nameSuffix", "commonLabels", "labels",
        "commonAnnotations", "images", "replicas", "generatorOptions", "buildMetadata", "sortOptions", "vars",
    ]
    /// Lists of files and directories.
    private static let places: Set<String> = ["resources", "bases", "components"]
    /// Lists of files, or of patches as they are.
    private static let patches: Set<String> = ["patches", "patchesStrategicMerge", "patchesJson6902", "replacements"]
    private static let generators: Set<String> = ["configMapGenerator", "secretGenerator"]

    /// - Parameter files: the regular files of a commit.
    init(_ files: [GitFile]) {
        self.files = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        var directories: Set<String> = ["."]
        for file in files {
            var path = Substring(file.path)
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                guard directories.insert(String(path)).inserted else { break }
            }
        }
        self.directories = directories
    }

    /// Follows a kustomization to all that it names.
    func check(_ directory: String) throws(SyncProblem) {
        var (open, seen): ([String], Set<String>) = ([directory], [directory])
        while let next = open.popLast() {
            for found in try check(one: next) where seen.insert(found).inserted { open.append(found) }
        }
    }

    /// Returns the directories that it names.
    private func check(one directory: String) throws(SyncProblem) -> [String] {
        let names = Kustomization.files(in: directory).filter { files[$0] != nil }
        guard let name = names.first, names.count == 1, let bytes = files[name] else {
            throw SyncProblem(
                .kustomizationFailed,
                "\(directory) holds \(names.isEmpty ? "no kustomization" : "several kustomizations")")
        }
        let (value, diagnostics) = loadValue(name: name, bytes: bytes)
        guard let members = value?.objectValue else {
            throw SyncProblem(
                .kustomizationFailed, diagnostics.first?.description ?? "\(name): a kustomization is a mapping")
        }
        // The same once more, with its places.
        guard let document = loadManifests([.text(name: name, bytes: bytes)]).documents.first,
            document.value == .object(members)
        else { throw SyncProblem(.kustomizationFailed, "\(name): a kustomization is one document, and no list") }
        let here = Place(document: document, directory: directory)
        var found: [String] = []
        for member in members {
            let field = member.key
            let items = member.value.arrayValue ?? []
            let list = here.at(.field(field))
            switch field {
            case _ where Self.plain.contains(field): continue
            case _ where Self.places.contains(field):
                for (index, item) in items.enumerated() {
                    let place = try resolve(item.stringValue ?? "", field, list.at(.index(index)))
                    if directories.contains(place) { found.append(place) }
                }
            case _ where Self.patches.contains(field):
                for (index, item) in items.enumerated() { try checkPatch(item, field, list.at(.index(index))) }
            case _ where Self.generators.contains(field):
                for (index, item) in items.enumerated() { try checkGenerator(item, field, list.at(.index(index))) }
            default:
                throw list.problem(
                    "the field \(field) is not allowed here: it may load what is not in this repository, or run a program"
                )
            }
        }
        return found
    }

    /// Where something stands.
    private struct Place {
        let document: ManifestDocument
        /// Of the kustomization.
        let directory: String
        var path: [FieldPath.Element] = []

        func at(_ element: FieldPath.Element) -> Place {
            Place(document: document, directory: directory, path: path + [element])
        }

        /// With file, line and column.
        func problem(_ message: String) -> SyncProblem {
            SyncProblem(.kustomizationFailed, document.diagnostic(at: FieldPath(path), message).description)
        }
    }

    private func checkPatch(_ item: JSONValue, _ field: String, _ place: Place) throws(SyncProblem) {
        if let path = item["path"]?.stringValue { _ = try resolve(path, field, place.at(.field("path"))) }
        // A patch as it is spans lines; anything else is the name of a file.
        if let text = item.stringValue, !text.contains("\n") { _ = try resolve(text, field, place) }
    }

    private func checkGenerator(_ item: JSONValue, _ field: String, _ place: Place) throws(SyncProblem) {
        for key in ["files", "envs", "env"] {
            let list = place.at(.field(key))
            for (index, entry) in (item[key]?.arrayValue ?? item[key].map { [$0] } ?? []).enumerated() {
                let text = entry.stringValue ?? ""
                // `key=file`
                let path = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
                _ = try resolve(path, field, list.at(.index(index)))
            }
        }
    }

    /// The path of a file or a directory of the commit, from its root.
    private func resolve(_ path: String, _ field: String, _ place: Place) throws(SyncProblem) -> String {
        var parts = place.directory == "." ? [] : place.directory.split(separator: "/").map(String.init)
        var isInside = !path.isEmpty && !path.hasPrefix("/")
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { isInside = parts.popLast() != nil && isInside } else { parts.append(String(part)) }
        }
        let resolved = parts.isEmpty ? "." : parts.joined(separator: "/")
        guard isInside, !KustomizationCheck.mayBeRemote(path),
            files[resolved] != nil || directories.contains(resolved)
        else {
            throw place.problem(
                "\(field) names \(JSONValue.string(path).encodedString()), which is no file and no directory of this "
                    + "commit; nothing is fetched from elsewhere: put it into this repository")
        }
        return resolved
    }

    /// The builder tries such a name as another repository or a URL before it looks for a directory that is called so.
    private static func mayBeRemote(_ path: String) -> Bool {
        let path = path.lowercased()
        return path.contains { ":?@".contains($0) } || path.hasPrefix("github.com") || path.contains("/_git/")
            || path.hasSuffix(".git") || path.contains(".git/")
    }
}
