import CSpawn
import Glibc

/// A program that is started to outlive us: in a session of its own, with files in the place of our streams, and no other open file
/// of ours than one, whose lock it holds for as long as it lives.
public struct DetachedProgram: Sendable {
    /// Absolute path of the program.
    public var program: String
    public var arguments: [String]
    /// The whole environment.
    public var environment: [String: String]
    /// Where it runs.
    public var directory: String
    /// What it writes goes to the end of this file, which is made.
    public var outputFile: String
    /// Locked while it lives; made when it is not there.
    public var lifeFile: String

    public init(
        _ program: String, _ arguments: [String], environment: [String: String], directory: String,
        outputFile: String, lifeFile: String
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.outputFile = outputFile
        self.lifeFile = lifeFile
    }

    /// Starts it, unless one that holds the same life file lives.
    ///
    /// - Returns: its process id.
    public func start() throws(FileFailure) -> Int32 {
        let life = open(lifeFile, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard life >= 0 else { throw FileFailure("Cannot open", lifeFile) }
        defer { close(life) }
        // A look at the lock by somebody else takes a moment.
        var attempts = 0
        while flock(life, LOCK_EX | LOCK_NB) != 0 {
            attempts += 1
            guard errno == EWOULDBLOCK || errno == EINTR, attempts < 100 else {
                throw FileFailure("Another process holds", lifeFile)
            }
            usleep(1000)
        }
        return try spawn(life)
    }

    private func spawn(_ life: Int32) throws(FileFailure) -> Int32 {
        let words = CStrings([program] + arguments)
        let variables = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var pid: pid_t = 0
        let code = imm_spawn_detached(
            program, words.pointers, variables.pointers, directory, outputFile, life, &pid)
        guard code == 0 else { throw FileFailure("Cannot start", program, code) }
        return pid
    }
}

/// Strings as C wants them for a new program: a list of pointers that ends in null.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}
