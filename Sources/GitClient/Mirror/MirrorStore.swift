import Glibc
import ProcessControl

/// The files of a mirror: a bare repository that is nobody else's, in which `refs/imm/COMMIT` names each commit that is there as
/// a whole. The newest use is the file's time.
///
///     DIRECTORY/mirror.git    the repository
///     DIRECTORY/call-…        of one call: configuration, credentials, index; gone with it
struct MirrorStore: Sendable {
    static let namespace = "refs/imm"
    /// Where a commit is fetched to that is not fetched by its name.
    static let incoming = "refs/imm/incoming"

    let directory: PrivateDirectory

    var repository: String { "\(directory.path)/mirror.git" }
    var objects: String { "\(repository)/objects" }
    private var references: String { "\(repository)/\(MirrorStore.namespace)" }

    init(_ path: String) throws(FileFailure) {
        directory = try PrivateDirectory(path)
    }

    var isThere: Bool {
        FileTree.isThere("\(repository)/HEAD") && FileTree.isThere("\(repository)/config") && FileTree.isThere(objects)
    }

    var isShallow: Bool { FileTree.isThere("\(repository)/shallow") }

    static func reference(_ commit: GitCommitID) -> String { "\(namespace)/\(commit.hex)" }

    func holds(_ commit: GitCommitID) -> Bool { FileTree.isThere("\(references)/\(commit.hex)") }

    /// Marks a commit as the one that was used last.
    func touch(_ commit: GitCommitID) {
        utimes("\(references)/\(commit.hex)", nil)
    }

    /// The one that was used last stands first.
    var commits: [GitCommitID] {
        FileTree.entries(references).sorted { $1.modified < $0.modified }.compactMap { GitCommitID($0.name) }
    }

    /// Names of what the directory of packs holds.
    var packFiles: Set<String> { Set(FileTree.entries("\(objects)/pack").map(\.name)) }

    /// Removes what a fetch brought that is not wanted.
    func removePacks(except files: Set<String>) {
        for name in packFiles where !files.contains(name) { FileTree.remove("\(objects)/pack/\(name)") }
    }

    var packs: Int { FileTree.entries("\(objects)/pack").count { $0.name.hasSuffix(".pack") } }

    /// Removes what calls left that never came to their end: credentials, locks, halves of packs.
    func sweep() {
        for entry in FileTree.entries(directory.path) where entry.name.hasPrefix("call-") {
            FileTree.remove("\(directory.path)/\(entry.name)")
        }
        sweepRepository()
    }

    /// The same of the repository alone.
    func sweepRepository() {
        for place in [repository, references, "\(repository)/refs", "\(objects)/info"] {
            for entry in FileTree.entries(place) where entry.name.hasSuffix(".lock") {
                FileTree.remove("\(place)/\(entry.name)")
            }
        }
        for entry in FileTree.entries("\(objects)/pack") {
            let isWhole = [".pack", ".idx", ".rev"].contains { entry.name.hasSuffix($0) }
            if entry.name.hasPrefix("tmp_") || entry.name.hasPrefix(".tmp-") || !isWhole {
                FileTree.remove("\(objects)/pack/\(entry.name)")
            }
        }
        for entry in FileTree.entries(objects) where entry.name.hasPrefix("tmp_") || entry.name.hasPrefix("incoming-") {
            FileTree.remove("\(objects)/\(entry.name)")
        }
    }

    func forgetIncoming() {
        FileTree.remove("\(repository)/\(MirrorStore.incoming)")
    }

    func forget(_ commit: GitCommitID) {
        FileTree.remove("\(references)/\(commit.hex)")
    }

    func removeRepository() {
        FileTree.remove(repository)
    }
}
