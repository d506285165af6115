import Ambient
import Glibc

/// A server that runs in a process group of its own until it is ended.
final class ServerProcess: Sendable {
    let pid: pid_t
    private let isOver = Guarded(false)

    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) throws(ServerFailure) {
        pid = try Spawn.start(program, arguments, environment: environment, output: log, errors: log)
    }

    /// Ends it with all that it started, and waits for its end.
    func end() {
        isOver.withLock { isOver in
            if isOver { return }
            isOver = true
            kill(-pid, SIGTERM)
            var status: Int32 = 0
            for _ in 0..<500 {
                if waitpid(pid, &status, WNOHANG) != 0 { break }
                usleep(10_000)
            }
            kill(-pid, SIGKILL)
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// Whether it still runs.
    var isRunning: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_signo == 0
    }
}
