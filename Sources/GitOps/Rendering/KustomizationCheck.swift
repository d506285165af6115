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
        var found: [String] = []
        for member in members {
            let field = member.key
            let items = member.value.arrayValue ?? []
            switch field {
            case _ where Self.plain.contains(field): continue
            case _ where Self.places.contains(field):
                for item in items {
                    let place = try place(item.stringValue ?? "", in: directory, name, field)
                    if directories.contains(place) { found.append(place) }
                }
            case _ where Self.patches.contains(field):
                for item in items { try checkPatch(item, directory, name, field) }
            case _ where Self.generators.contains(field):
                for item in items { try checkGenerator(item, directory, name, field) }
            default:
                throw SyncProblem(
                    .kustomizationFailed,
                    "\(name): the field \(field) is not allowed here: it may load what is not in this repository, or run a program"
                )
            }
        }
        return found
    }

    private func checkPatch(
        _ item: JSONValue, _ directory: String, _ name: String, _ field: String
    ) throws(SyncProblem) {
        if let path = item["path"]?.stringValue { _ = try place(path, in: directory, name, field) }
        // A patch as it is spans lines; anything else is the name of a file.
        if let text = item.stringValue, !text.contains("\n") { _ = try place(text, in: directory, name, field) }
    }

    private func checkGenerator(
        _ item: JSONValue, _ directory: String, _ name: String, _ field: String
    ) throws(SyncProblem) {
        var named = (item["files"]?.arrayValue ?? []) + (item["envs"]?.arrayValue ?? [])
        if let one = item["env"] { named.append(one) }
        for entry in named {
            let text = entry.stringValue ?? ""
            // `key=file`
            let path = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
            _ = try place(path, in: directory, name, field)
        }
    }

    /// The path of a file or a directory of the commit, from its root.
    private func place(
        _ path: String, in directory: String, _ name: String, _ field: String
    ) throws(SyncProblem) -> String {
        var parts = directory == "." ? [] : directory.split(separator: "/").map(String.init)
        var isInside = !path.isEmpty && !path.hasPrefix("/")
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { isInside = parts.popLast() != nil && isInside } else { parts.append(String(part)) }
        }
        let resolved = parts.isEmpty ? "." : parts.joined(separator: "/")
        guard isInside, !path.contains("://"), files[resolved] != nil || directories.contains(resolved) else {
            throw SyncProblem(
                .kustomizationFailed,
                "\(name): \(field) names \(JSONValue.string(path).encodedString()), which is no file and no directory of this "
                    + "commit; nothing is fetched from elsewhere: put it into this repository")
        }
        return resolved
    }
}
