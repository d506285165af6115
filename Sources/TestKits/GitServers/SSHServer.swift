import Ambient
import Glibc

/// sshd, which lets our own user in with one key.
public final class SSHServer: GitServer {
    public let scheme = "ssh"
    /// The private key that it takes.
    public let identity: String
    /// Its own key, as a line of known_hosts.
    public let knownHosts: String
    private let directory: ScratchDirectory
    private let host: RepositoryHost
    private let port: UInt16
    private let user: String
    private let process = Guarded<ServerProcess?>(nil)

    public init(_ host: RepositoryHost) throws(ServerFailure) {
        self.host = host
        let directory = try ScratchDirectory("ssh")
        self.directory = directory
        port = try Loopback.freePort()
        guard let entry = getpwuid(getuid()) else { throw ServerFailure("user \(getuid()) has no name") }
        user = String(cString: entry.pointee.pw_name)
        let hostKey = try SSHKey(directory, "host")
        let clientKey = try SSHKey(directory, "client")
        try directory.write("authorized_keys", clientKey.publicKey)
        identity = clientKey.privateKey
        knownHosts = "[127.0.0.1]:\(port) \(hostKey.publicKey)"
        try directory.write(
            "sshd_config",
            """
            ListenAddress 127.0.0.1:\(port)
            HostKey \(directory.path)/host
            AuthorizedKeysFile \(directory.path)/authorized_keys
            AuthenticationMethods publickey
            PermitRootLogin prohibit-password
            UsePAM no
            StrictModes no
            PidFile none
            PermitUserEnvironment no
            AllowTcpForwarding no
            X11Forwarding no
            PrintMotd no
            PrintLastLog no

            """)
        try start()
    }

    public func url(_ repository: TestRepository) -> String {
        "ssh://\(user)@127.0.0.1:\(port)\(host.root)/\(repository.name).git"
    }

    public func start() throws(ServerFailure) {
        // Where sshd puts a process that has no rights; without root it does not.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        let log = "\(directory.path)/log"
        let server = try ServerProcess(
            Spawn.find("sshd", package: "openssh-server"),
            // -r: it does not run itself anew for each connection, which takes a path that it may not have.
            ["-D", "-r", "-e", "-f", "\(directory.path)/sshd_config"], log: log)
        try Loopback.wait(for: port, of: server, log: log)
        process.withLock { $0 = server }
    }

    public func stop() {
        process.withLock { process in
            process?.end()
            process = nil
        }
    }

    /// Stops it for good, and removes its keys.
    public func end() {
        stop()
        directory.remove()
    }
}

/// A key of ssh, without a passphrase.
public struct SSHKey: Sendable {
    /// Path of the private key.
    public let path: String
    public let privateKey: String
    /// `ssh-ed25519 AAAA…`, with the end of the line.
    public let publicKey: String

    public init(_ directory: ScratchDirectory, _ name: String) throws(ServerFailure) {
        path = "\(directory.path)/\(name)"
        try Spawn.run(
            Spawn.find("ssh-keygen", package: "openssh-client"),
            ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path],
            environment: [:], in: directory)
        privateKey = String(decoding: ScratchDirectory.read(path) ?? [], as: UTF8.self)
        publicKey = String(decoding: ScratchDirectory.read(path + ".pub") ?? [], as: UTF8.self)
    }
}
