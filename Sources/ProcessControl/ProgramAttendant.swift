import Ambient
import Glibc
import Subprocess

/// How a program came to its end.
enum ProgramEnding: Sendable {
    /// By itself; its output is complete.
    case ended
    case expired, overflowed, exceeded, cancelled
}

/// Stays with one running program: reads what it writes, watches its limits, and ends its whole process group. The program is
/// not reaped while this runs, so that its number, which is the group's too, is nobody else's.
struct ProgramAttendant: Sendable {
    private enum Event: Sendable {
        case closed, exited
        case stopped(ProgramEnding)
    }

    let pid: pid_t
    let call: ProgramCall
    let time: any TimeSource

    func attend(
        _ output: SubprocessOutputSequence, into outputBytes: CollectedBytes,
        _ errors: SubprocessOutputSequence, into errorBytes: CollectedBytes
    ) async -> ProgramEnding {
        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                await read(output) { outputBytes.append($0) } ? .closed : .stopped(.overflowed)
            }
            group.addTask {
                _ = await read(errors) {
                    errorBytes.appendKeepingTheEnd($0)
                    return true
                }
                return .closed
            }
            group.addTask { .stopped(await watch()) }
            var ending: ProgramEnding?
            var open = 2
            while ending == nil, let event = await group.next() {
                switch event {
                case .closed:
                    open -= 1
                    if open == 0 { group.addTask { await hasExited(for: nil) ? .exited : .stopped(.cancelled) } }
                case .exited: ending = .ended
                case .stopped(let reason): ending = Task.isCancelled ? .cancelled : reason
                }
            }
            group.cancelAll()
            if let ending, case .ended = ending {
            } else {
                kill(-pid, SIGTERM)
                _ = await hasExited(for: ProgramRunner.grace)
            }
            // What it started and left behind, or what does not listen.
            kill(-pid, SIGKILL)
            return ending ?? .cancelled
        }
    }

    /// Reads to the end; false when `take` has enough.
    private func read(_ sequence: SubprocessOutputSequence, _ take: @Sendable ([UInt8]) -> Bool) async -> Bool {
        do {
            for try await buffer in sequence {
                guard take(buffer.withUnsafeBytes { Array($0) }) else { return false }
            }
        } catch {
            // The pipe broke: there is nothing more to read, and the exit code says the rest.
        }
        return true
    }

    /// Returns when a limit is reached, or when the task is cancelled.
    private func watch() async -> ProgramEnding {
        let end = time.uptime + call.timeout
        while true {
            let left = end - time.uptime
            guard left > .zero else { return .expired }
            let pause: Duration = call.isExceeded == nil ? left : .milliseconds(30)
            guard (try? await time.sleep(for: min(pause, left))) != nil else { return .cancelled }
            if let isExceeded = call.isExceeded, isExceeded() { return .exceeded }
        }
    }

    /// Waits for the program's own end without reaping it; false when the time is over or the task cancelled.
    private func hasExited(for limit: Duration?) async -> Bool {
        let end = limit.map { time.uptime + $0 }
        var pause = Duration.microseconds(200)
        while true {
            var info = siginfo_t()
            if waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_signo == SIGCHLD {
                return true
            }
            if let end, time.uptime >= end { return false }
            guard (try? await time.sleep(for: pause)) != nil else { return false }
            pause = min(pause * 2, .milliseconds(20))
        }
    }
}
