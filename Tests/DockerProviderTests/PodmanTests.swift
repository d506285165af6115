import Ambient
import Conformance
import DockerEngine
import Glibc
import InfraAPI
import Testing

/// Against Podman's service of the same API.
@Suite(.enabled(if: TestEngine.isThere && PodmanService.isThere, PodmanService.reason))
struct PodmanTests {
    @Test(.timeLimit(.minutes(5)))
    func `Podman keeps the contract of all providers`() async throws {
        try await PodmanService.with { podman in
            let image = try await ScratchImage.busybox(
                tag: "localhost/imm-test:1", binary: readFile("/bin/busybox"),
                commands: ["sh", "sleep", "cat", "echo", "head", "yes"]
            ).build(on: podman.engine)
            try await ProviderBed.with(socketPath: podman.socketPath, at: (podman.engine, image)) { bed in
                var refused = bed.template()
                refused.spec.user = "nobody-of-that-name"
                let subject = ProviderConformance.Subject(
                    provider: bed.provider, lasting: bed.template(), exiting: bed.template("echo hello; exit 3"),
                    refused: refused, runsCommands: true, surroundings: .system)
                for check in ProviderConformance.checks {
                    do { try await check.run(on: subject) } catch { Issue.record("\(error)") }
                }
            }
        }
    }
}

/// `podman system service` with everything of its own below a temporary directory.
struct PodmanService {
    static let binary = "/usr/bin/podman"
    static let isThere = access(binary, X_OK) == 0 && geteuid() == 0
    static let reason: Comment = "needs IMM_TEST_DOCKER_SOCKET, root, and the packages podman and catatonit"

    let socketPath: String
    let engine: DockerEngine

    /// No limits that a container without CAP_SYS_RESOURCE may not set; runc works on every layout of cgroups.
    private static let configuration = """
        [containers]
        default_ulimits=[]
        [engine]
        runtime="runc"
        cgroup_manager="cgroupfs"
        events_logger="file"

        """

    static func with(_ body: (PodmanService) async throws -> Void) async throws {
        let directory = "\(temporaryRoot)/imm-podman-\(TestEngine.freshID())"
        guard mkdir(directory, 0o700) == 0 else { throw POSIXFailure(what: "mkdir \(directory)") }
        defer {
            // Podman binds its storage to itself.
            umount2(directory + "/store/overlay", Int32(MNT_DETACH))
            wait(for: spawn(["/bin/rm", "-rf", directory], directory))
        }
        guard let file = fopen(directory + "/containers.conf", "w") else { throw POSIXFailure(what: "write") }
        fputs(configuration, file)
        fclose(file)
        let service = PodmanService(
            socketPath: directory + "/p.sock",
            engine: DockerEngine(socketPath: directory + "/p.sock", time: SystemTime()))
        let process = spawn(
            [
                binary, "--root", directory + "/store", "--runroot", directory + "/run", "--tmpdir", directory + "/tmp",
                "system", "service", "-t", "0", "unix://" + service.socketPath,
            ], directory)
        defer {
            service.engine.shutdown()
            kill(process, SIGTERM)
            wait(for: process)
        }
        for attempt in 1...200 {
            if (try? await service.engine.engineVersion()) != nil { break }
            guard attempt < 200 else { throw POSIXFailure(what: "start podman: \(try log(directory))") }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body(service)
    }

    private static func log(_ directory: String) throws -> String {
        String(decoding: try readFile(directory + "/log"), as: UTF8.self)
    }

    private static func spawn(_ arguments: [String], _ directory: String) -> pid_t {
        var process: pid_t = 0
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, directory + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let inherited: [String] = ["PATH", "HOME", "TMPDIR", "IMM_TEST_RUN"]
        let environment =
            inherited.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
            + ["CONTAINERS_CONF=\(directory)/containers.conf"]
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        posix_spawn(&process, arguments[0], &actions, nil, &argv, &envp)
        return process
    }

    private static func wait(for process: pid_t) { waitpid(process, nil, 0) }
}
