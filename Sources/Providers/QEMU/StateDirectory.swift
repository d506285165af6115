internal import Ambient
internal import JSON
internal import ProcessControl
internal import ProviderInterface

/// The directory of a provider, where each object is a directory that appears and goes in one step.
///
///     identity.json                the identity marker
///     store/                       images (DiskImageStore)
///     instances/NAME/              one machine; NAME is the uid of the slot's first volume, else the instance's
///     volumes/UID/                 volume.json, disk, and holder.json while an instance has it
///     snapshots/UID_TRY/           snapshot.json, disk
///     incoming/                    what is being made or removed
struct StateDirectory: Sendable {
    static let jsonLimit = 4 << 20

    let path: String
    let randomness: any Randomness

    var store: String { path + "/store" }
    var instances: String { path + "/instances" }
    var volumes: String { path + "/volumes" }
    var snapshots: String { path + "/snapshots" }
    private var incoming: String { path + "/incoming" }

    /// Makes a directory with what `fill` puts into it.
    ///
    /// - Returns: false when there is one of that name; nothing is changed then.
    func make(
        _ target: String, _ fill: (PrivateDirectory) async throws(ProviderError) -> Void
    ) async throws(ProviderError) -> Bool {
        let work = try files { () throws(FileFailure) in
            try PrivateDirectory(incoming).temporary("new-", randomness)
        }
        do throws(ProviderError) {
            try await fill(work)
            let isNew = try files { () throws(FileFailure) in
                _ = try PrivateDirectory(StateDirectory.parent(target))
                return try FileTree.move(work.path, to: target)
            }
            if !isNew { work.remove() }
            return isNew
        } catch {
            work.remove()
            throw error
        }
    }

    /// Takes a directory out of sight in one step, and removes it.
    func remove(_ target: String) throws(ProviderError) {
        guard FileTree.isThere(target) else { return }
        let grave = "\(incoming)/removed-\(randomness.nameSuffix(length: 12))"
        try files { () throws(FileFailure) in
            _ = try PrivateDirectory(incoming)
            _ = try FileTree.move(target, to: grave)
        }
        FileTree.remove(grave)
    }

    func read(_ path: String) throws(ProviderError) -> JSONValue? {
        let bytes = try files { () throws(FileFailure) in
            try FileTree.read(path, limit: StateDirectory.jsonLimit)
        }
        guard let bytes else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw ProviderError(.engineFailed, "\(path) is no JSON any more: \(error); somebody changed it")
        }
    }

    /// Writes a file of a directory in one step, whether it is there or not.
    func replace(_ directory: String, _ name: String, _ value: JSONValue) throws(ProviderError) {
        try requireThere(directory)
        try files { () throws(FileFailure) in
            try PrivateDirectory(directory).replace(name, value.encoded(), randomness.nameSuffix(length: 8))
        }
    }

    /// Writes a file of a directory in one step unless it is there; false when it is.
    func add(_ directory: String, _ name: String, _ value: JSONValue) throws(ProviderError) -> Bool {
        try requireThere(directory)
        return try files { () throws(FileFailure) in
            try PrivateDirectory(directory).add(name, value.encoded(), randomness.nameSuffix(length: 8))
        }
    }

    /// One that was removed meanwhile is not to come back.
    private func requireThere(_ directory: String) throws(ProviderError) {
        guard FileTree.isThere(directory) else {
            throw ProviderError(.notFound, "the directory \(directory) is gone; somebody removed it")
        }
    }

    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
    }
}

/// A step on the file system, with its failure in our words.
func files<Result>(_ body: () throws(FileFailure) -> Result) throws(ProviderError) -> Result {
    do throws(FileFailure) {
        return try body()
    } catch {
        throw ProviderError(.engineFailed, "\(error.description) (is the disk of the data directory full?)")
    }
}
