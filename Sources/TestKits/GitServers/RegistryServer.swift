import Ambient
import Glibc

/// docker-registry: images for sources whose repositories are to name newer ones.
public final class RegistryServer: Sendable {
    private let directory: ScratchDirectory
    private let process: ServerProcess
    /// `127.0.0.1:port`, without TLS, which engines take for a registry of this machine.
    public let address: String

    /// Whether it is installed.
    public static var isThere: Bool { (try? Spawn.find("docker-registry", package: "docker-registry")) != nil }

    /// Who a registry that does not answer anybody lets in.
    public static let login = (username: "imm", password: "open sesame")
    /// bcrypt of that password, which is the only form that the registry reads.
    private static let passwords = "imm:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n"

    /// - Parameter isPrivate: whether it asks for `login`.
    public init(isPrivate: Bool = false) throws(ServerFailure) {
        let directory = try ScratchDirectory("registry")
        let port = try Loopback.freePort()
        address = "127.0.0.1:\(port)"
        let passwords = try directory.write("htpasswd", Array(RegistryServer.passwords.utf8))
        let authentication = isPrivate ? "auth: {htpasswd: {realm: test, path: \(passwords)}}" : ""
        let configuration = """
            version: 0.1
            storage: {filesystem: {rootdirectory: \(directory.path)/data}}
            http: {addr: "127.0.0.1:\(port)"}
            log: {level: error}
            \(authentication)

            """
        let file = try directory.write("config.yml", Array(configuration.utf8))
        let log = "\(directory.path)/log"
        process = try ServerProcess(
            Spawn.find("docker-registry", package: "docker-registry"), ["serve", file],
            // It asks for a collector of traces otherwise.
            environment: ["OTEL_TRACES_EXPORTER": "none"], log: log)
        try Loopback.wait(for: port, of: process, log: log)
        self.directory = directory
    }

    /// Ends it, and removes its images.
    public func end() {
        process.end()
        directory.remove()
    }
}
