import Glibc

/// Starts programs with the environment that is given, and with what scripts/with-engine finds processes by.
enum Spawn {
    /// - Parameters: files by path, for the three streams; nil: /dev/null.
    static func start(
        _ program: String, _ arguments: [String], environment: [String: String], input: String? = nil,
        output: String? = nil, errors: String? = nil
    ) throws(ServerFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", append, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", append, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever the test runner blocks or ignores, a server can be told to end.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var variables = environment
        if let run = getenv("IMM_TEST_RUN") { variables["IMM_TEST_RUN"] = String(cString: run) }
        if variables["PATH"] == nil { variables["PATH"] = Spawn.searchPath }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] =
            variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw ServerFailure("\(program) cannot be started: \(String(cString: strerror(code)))")
        }
        return pid
    }

    static var searchPath: String {
        (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    }

    /// Absolute path of a program.
    static func find(_ name: String, package: String) throws(ServerFailure) -> String {
        for directory in searchPath.split(separator: ":") where access("\(directory)/\(name)", X_OK) == 0 {
            return "\(directory)/\(name)"
        }
        throw ServerFailure("\(name) is not installed: scripts/system-packages install --tests (\(package))")
    }

    /// Runs a program to its end.
    /// - Returns: its standard output.
    @discardableResult static func run(
        _ program: String, _ arguments: [String], environment: [String: String], input: [UInt8] = [],
        in scratch: ScratchDirectory
    ) throws(ServerFailure) -> [UInt8] {
        let given = try scratch.write(".run-input", input)
        let output = try scratch.write(".run-output", [UInt8]())
        let errors = try scratch.write(".run-errors", [UInt8]())
        let pid = try start(
            program, arguments, environment: environment, input: given, output: output, errors: errors)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            let said = String(decoding: ScratchDirectory.read(errors) ?? [], as: UTF8.self)
            throw ServerFailure("\(program) \(arguments.joined(separator: " ")) failed (\(status)): \(said)")
        }
        return ScratchDirectory.read(output) ?? []
    }
}
