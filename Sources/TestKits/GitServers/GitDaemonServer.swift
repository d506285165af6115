import Ambient

/// `git daemon`: no encryption, no password.
public final class GitDaemonServer: GitServer {
    public let scheme = "git"
    private let host: RepositoryHost
    private let port: UInt16
    private let process = Guarded<ServerProcess?>(nil)

    public init(_ host: RepositoryHost) throws(ServerFailure) {
        self.host = host
        port = try Loopback.freePort()
        try start()
    }

    public func url(_ repository: TestRepository) -> String { "git://127.0.0.1:\(port)/\(repository.name).git" }

    public func start() throws(ServerFailure) {
        let log = "\(host.scratch.path)/daemon.log"
        // The program itself: the one called git would only wait for it.
        let directory = try TestGit.directory(host.scratch)
        let server = try ServerProcess(
            "\(directory)/git-daemon",
            [
                "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--export-all", "--enable=receive-pack",
                "--base-path=\(host.root)", host.root,
            ], environment: TestGit.environment(host.scratch), log: log)
        try Loopback.wait(for: port, of: server, log: log)
        process.withLock { $0 = server }
    }

    public func stop() {
        process.withLock { process in
            process?.end()
            process = nil
        }
    }
}
