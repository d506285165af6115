import Ambient
import GitServers
import Glibc

@testable import GitClient

/// One test's server, its repositories and a mirror of them; gone with the test.
final class Site: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case daemon, https, ssh, file

        static let servers: [Kind] = [.daemon, .https, .ssh]
    }

    let kind: Kind
    let host: RepositoryHost
    let server: (any GitServer)?
    let mirror: GitMirror
    let program: GitProgram
    let place: ScratchDirectory

    private init(_ kind: Kind) throws {
        self.kind = kind
        host = try RepositoryHost()
        place = try ScratchDirectory("mirror")
        program = GitProgram(surroundings: .system)
        mirror = GitMirror(directory: place.path + "/source", program: program)
        server =
            switch kind {
            case .daemon: try GitDaemonServer(host)
            case .https: try HTTPSServer(host)
            case .ssh: try SSHServer(host)
            case .file: nil
            }
    }

    /// Making servers and commits blocks threads: one test at a time, so that none waits for another's.
    private static let turnstile = Turnstile()

    static func with<Result>(_ kind: Kind, _ body: (Site) async throws -> Result) async throws -> Result {
        guard await turnstile.enter() else { throw CancellationError() }
        defer { turnstile.leave() }
        let site = try Site(kind)
        defer { site.end() }
        return try await body(site)
    }

    private func end() {
        server?.stop()
        (server as? HTTPSServer)?.end()
        (server as? SSHServer)?.end()
        host.remove()
        place.remove()
    }

    var credentials: RemoteCredentials {
        var credentials = RemoteCredentials()
        if let https = server as? HTTPSServer {
            credentials.username = HTTPSServer.username
            credentials.password = HTTPSServer.password
            credentials.authority = https.certificate
        } else if let ssh = server as? SSHServer {
            credentials.identity = ssh.identity
            credentials.knownHosts = ssh.knownHosts
        }
        return credentials
    }

    func url(_ repository: TestRepository) -> String { server?.url(repository) ?? "file://\(repository.path)" }

    func remote(
        _ repository: TestRepository, timeout: Duration = .seconds(30), maxBytes: Int = 16 << 20,
        _ change: (inout RemoteCredentials) -> Void = { _ in }
    ) -> GitRemote {
        var credentials = credentials
        change(&credentials)
        return GitRemote(url: url(repository), credentials: credentials, timeout: timeout, maxBytes: maxBytes)
    }

    /// Below the mirror's directory.
    var mirrorPath: String { place.path + "/source" }

    /// Another mirror, as after a restart, in the same directory.
    func restarted() -> GitMirror { GitMirror(directory: mirrorPath, program: program) }
}

/// The name of a commit that a test knows to be one.
func commitID(_ text: String) throws -> GitCommitID {
    guard let id = GitCommitID(text) else { throw Failure("'\(text)' is no name of a commit") }
    return id
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

/// Bytes that do not get smaller.
func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let descriptor = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        initialized = 0
        while initialized < count {
            initialized += max(0, read(descriptor, buffer.baseAddress?.advanced(by: initialized), count - initialized))
        }
    }
}

/// All files below a directory, by relative path.
func filesBelow(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var files: [String] = []
    while let item = readdir(stream) {
        let name = withUnsafePointer(to: &item.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        var status = stat()
        lstat("\(path)/\(name)", &status)
        if status.st_mode & S_IFMT == S_IFDIR {
            files += filesBelow("\(path)/\(name)").map { "\(name)/\($0)" }
        } else {
            files.append(name)
        }
    }
    return files.sorted()
}

/// Processes whose environment names a directory.
func processes(naming path: String) -> [String] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let item = readdir(stream) {
        let name = withUnsafePointer(to: &item.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard Int(name) != nil else { continue }
        let environment = text(ScratchDirectory.read("/proc/\(name)/environ"))
        if environment.contains(path) { found.append(text(ScratchDirectory.read("/proc/\(name)/cmdline"))) }
    }
    return found
}
