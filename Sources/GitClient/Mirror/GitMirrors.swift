import Ambient
import ProcessControl

/// The mirrors of all sources, one for each, below one directory.
public final class GitMirrors: Sendable {
    private let directory: String
    private let program: GitProgram
    private let mirrors = Guarded<[String: GitMirror]>([:])

    /// - Parameter directory: absolute; made when it is not there. Whatever is in it is theirs.
    public init(directory: String, program: GitProgram) {
        self.directory = directory
        self.program = program
    }

    /// The mirror of a source, by the source's uid; the same one each time.
    public func mirror(_ uid: String) -> GitMirror {
        mirrors.withLock { mirrors in
            if let mirror = mirrors[uid] { return mirror }
            let mirror = GitMirror(directory: "\(directory)/\(GitMirrors.name(uid))", program: program)
            mirrors[uid] = mirror
            return mirror
        }
    }

    /// Deletes the mirrors of all other sources, also those of earlier runs; of one at work when that is done.
    public func retain(_ uids: Set<String>) async {
        // They stay known: another object for the same directory would not wait for its turn.
        let departed = mirrors.withLock { mirrors in mirrors.filter { !uids.contains($0.key) }.map(\.value) }
        for mirror in departed { await mirror.remove() }
        let kept = Set(uids.map(GitMirrors.name))
        let known = mirrors.withLock { Set($0.keys.map(GitMirrors.name)) }
        for entry in FileTree.entries(directory) where !kept.contains(entry.name) && !known.contains(entry.name) {
            FileTree.remove("\(directory)/\(entry.name)")
        }
    }

    /// A uid as the name of a directory, whatever it is.
    private static func name(_ uid: String) -> String {
        let isPlain =
            !uid.isEmpty && uid.utf8.count <= 100
            && uid.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: "-")
            }
        if isPlain { return uid }
        return "x_" + uid.utf8.prefix(100).map { String($0, radix: 16) }.joined(separator: "_")
    }
}
