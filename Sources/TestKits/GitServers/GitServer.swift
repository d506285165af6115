/// A real Git server on a loopback port, with its files in a directory of its own.
public protocol GitServer: AnyObject, Sendable {
    /// `https`, `ssh` or `git`
    var scheme: String { get }

    /// Where clients find a repository of `host`.
    func url(_ repository: TestRepository) -> String

    /// Starts serving, again after `stop()`; on the same port.
    func start() throws(ServerFailure)

    /// Ends the server's processes; its repositories and keys stay.
    func stop()
}

/// What all servers share: repositories in one directory.
public final class RepositoryHost: Sendable {
    public let scratch: ScratchDirectory
    /// All repositories are below it.
    public let root: String

    public init() throws(ServerFailure) {
        scratch = try ScratchDirectory("git")
        root = try scratch.make("repositories")
    }

    /// - Parameter format: `sha1` or `sha256`
    public func repository(_ name: String, format: String = "sha1") throws(ServerFailure) -> TestRepository {
        try TestRepository(name, host: self, format: format)
    }

    public func remove() {
        scratch.remove()
    }
}
