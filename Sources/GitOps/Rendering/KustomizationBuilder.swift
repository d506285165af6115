public import GitClient

/// Builds a kustomization: `kubectl kustomize` where that is installed.
///
/// - Parameters:
///   - files: the regular files of the repository, by their paths from its root: bases may stand beside the directory.
///   - path: directory of the kustomization.
/// - Returns: a stream of YAML documents.
/// - Throws: `refused` when the kustomization cannot be built, with what the program says; others are tried again.
public typealias KustomizationBuilder =
    @Sendable (_ files: [GitFile], _ path: String, _ timeout: Duration) async throws(GitError) -> [UInt8]

/// Names of a file that makes its directory a kustomization.
enum Kustomization {
    private static let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"]

    /// What they are called in a directory.
    static func files(in path: String) -> [String] {
        let directory = path == "." ? "" : path + "/"
        return names.map { directory + $0 }
    }

    /// The path of the directory's own, if it has one.
    static func file(in path: String, among files: [GitFile]) -> String? {
        Kustomization.files(in: path).first { name in files.contains { $0.path == name } }
    }
}
