#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs another program on this process's terminal: an editor, or a program that shows differences.
public enum ProgramLauncher {
    /// Waits for the program's end.
    ///
    /// - Parameter words: the program, looked for in `PATH`, and its arguments. No shell is involved.
    /// - Returns: its exit status; 128 and the signal's number when a signal ended it.
    @Sendable public static func run(_ words: [String]) throws(CommandFailure) -> Int32 {
        guard let program = words.first else { throw CommandFailure(.failed, "there is no program to run") }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, program, nil, nil, arguments, environ)
        guard code == 0 else {
            throw CommandFailure(.failed, "\(program) cannot be started: \(String(cString: strerror(code)))")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                throw CommandFailure(.failed, "\(program) is lost: \(String(cString: strerror(errno)))")
            }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
