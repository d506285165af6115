import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI

/// An immd with a data directory and a socket of its own, which can be killed and started again.
final class Daemon: Sendable {
    let directory: String
    let endpoint: String
    /// Address of the API on TCP; `none` without.
    let listen: String
    let client: HTTPResourceClient
    private let running = Guarded<ChildProcess?>(nil)
    /// Of the container, where there is an image to run.
    let container: String
    private let knownInstallation = Guarded<String?>(nil)

    /// - Parameter client: of the server where the objects are; nil: immd's own.
    init(directory: String, endpoint: String, listen: String = "none", client: HTTPResourceClient? = nil) {
        self.directory = directory
        self.listen = listen
        self.endpoint = endpoint
        container = "immd-" + (directory.split(separator: "/").last ?? "")
        self.client = client ?? HTTPResourceClient(.socket(path: directory + "/imm.sock"), userAgent: "end-to-end")
    }

    /// Tells the installation id where no log of this daemon does.
    func note(installation: String) { knownInstallation.withLock { $0 = installation } }

    /// The folder of the test bundle, where the package's programs are built too.
    static let programs: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }()

    var socket: String { directory + "/imm.sock" }
    /// Written when the daemon listens on TCP.
    var kubeconfig: String { directory + "/data/admin.kubeconfig" }
    var logPath: String { directory + "/immd.log" }
    var log: String { (try? readText(logPath)) ?? "" }
    var pid: pid_t? { running.withLock { $0?.pid } }

    /// Starts it, and waits until its caches are filled.
    func start(_ further: String...) async throws {
        let process = try launch(data: directory + "/data", socket: socket, output: logPath, further)
        running.withLock { $0 = process }
        let end = SystemTime().now + .seconds(30)
        while SystemTime().now < end {
            if let exit = process.poll() {
                throw Failure("immd ended at its start with \(exit):\n\(log.lastLines(20))")
            }
            if let answer = try? await client.raw(method: .get, path: "/readyz"), answer.status == 200 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure("immd is not ready after 30 s:\n\(log.lastLines(20))")
    }

    func launch(data: String, socket: String, output: String, _ further: [String] = []) throws -> ChildProcess {
        let arguments =
            [
                "--data-dir", data, "--socket", socket, "--listen", listen, "--docker-endpoint", "unix://" + endpoint,
                "--log-level", "debug",
            ] + further
        guard let image = TestImage.current else {
            return try ChildProcess(Daemon.programs + "/immd", arguments, output: output)
        }
        return try image.launch(
            container: container, directory: directory, engineSocket: endpoint, arguments, output: output)
    }

    /// kill -9
    func crash() {
        guard let process = running.withLock({ $0.take() }) else { return }
        if let image = TestImage.current {
            // The client's end is not the container's; the container's is the client's.
            let kill = try? image.docker(
                ["kill", container], engineSocket: endpoint, output: directory + "/docker.out")
            while let kill, kill.poll() == nil { usleep(1000) }
            while process.poll() == nil { usleep(1000) }
        }
        process.end()
    }

    /// SIGTERM; nil when it did not end in time.
    func stop(_ timeout: Duration = .seconds(10)) async throws -> ChildProcess.Exit? {
        guard let process = running.withLock({ $0.take() }) else { return nil }
        process.send(SIGTERM)
        let exit = try await process.wait(timeout)
        process.end()
        return exit
    }

    /// The installation id, as immd says at its start.
    var installation: String? {
        if let known = knownInstallation.withLock({ $0 }) { return known }
        let log = log.utf8
        guard
            let line = log.split(separator: UInt8(ascii: "\n")).first(where: { Substring($0).contains("immd starts") })
        else { return nil }
        return Substring(line).split(separator: " ").first { $0.hasPrefix("installation=") }
            .map { String($0.dropFirst("installation=".count)) }
    }
}

extension String {
    func lastLines(_ count: Int) -> String { split(separator: "\n").suffix(count).joined(separator: "\n") }
}

func readBytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw Failure("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}

func readText(_ path: String) throws -> String { String(decoding: try readBytes(path), as: UTF8.self) }
