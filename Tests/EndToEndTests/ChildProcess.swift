import Ambient
import Glibc

/// A process that the tests started and wait for.
final class ChildProcess: Sendable {
    enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    let pid: pid_t
    private let exit = Guarded<Exit?>(nil)

    /// Starts a program in a process group of its own; both outputs are appended to the file `output`.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A test runner that is interrupted must not take the daemon's signals with it, nor the other way round.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        // IMM_TEST_RUN is how scripts/with-engine finds a process that a test left.
        let names: [String] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "IMM_TEST_RUN"]
        let inherited = names.compactMap { name in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
        let variables = inherited + environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw Failure("\(program) cannot be started: \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    func send(_ signal: Int32) {
        exit.withLock { if $0 == nil { kill(pid, signal) } }
    }

    /// nil while it runs.
    func poll() -> Exit? {
        exit.withLock { exit in
            if exit != nil { return exit }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            exit = status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F)
            return exit
        }
    }

    /// nil: it still ran when the time was over.
    func wait(_ timeout: Duration) async throws -> Exit? {
        let end = SystemTime().now + timeout
        while SystemTime().now < end {
            if let exit = poll() { return exit }
            try await Task.sleep(for: .milliseconds(5))
        }
        return poll()
    }

    /// Ends it at once, whatever it does, and waits for its end.
    func end() {
        send(SIGKILL)
        while poll() == nil { usleep(1000) }
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
