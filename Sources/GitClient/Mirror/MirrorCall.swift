import Ambient
import ProcessControl

/// One call to a mirror: its files, and a directory of the call's own, which is git's home and gone with the call.
struct MirrorCall: Sendable {
    let store: MirrorStore
    let scratch: PrivateDirectory
    private let randomness: any Randomness

    init(_ store: MirrorStore, _ randomness: any Randomness) throws(GitError) {
        self.store = store
        self.randomness = randomness
        scratch = try filing { () throws(FileFailure) in try store.directory.temporary("call-", randomness) }
    }

    /// Where git works on our copy, without a way to any remote.
    var local: GitPlace {
        GitPlace(directory: store.repository, home: scratch.path, environment: ["GIT_DIR": store.repository])
    }

    /// Where git works on our copy and reaches one remote.
    func between(_ access: RemoteAccess) -> GitPlace {
        var place = access.place
        place.directory = store.repository
        place.environment["GIT_DIR"] = store.repository
        return place
    }

    func input(_ bytes: [UInt8]) throws(GitError) -> OpenFile {
        try filing { () throws(FileFailure) in try scratch.input(bytes, randomness) }
    }
}
