import APIClient
import APIServer
import Ambient
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import ServiceLifecycle
import Testing

@testable import ImmctlCommands

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct ExecTests {
    private func run(
        _ line: String, _ command: ScriptedCommand, _ streams: TestStreams
    ) async throws -> (result: CommandResult, wanted: (ObjectReference, ExecRequest)?) {
        let bench = try await Bench()
        let wanted = Guarded<(ObjectReference, ExecRequest)?>(nil)
        bench.streams.withLock { $0 = streams.streams }
        bench.exec.withLock {
            $0 = { reference, request in
                wanted.withLock { $0 = (reference, request) }
                return command
            }
        }
        return (await bench.run(line), wanted.withLock { $0 })
    }

    @Test(arguments: [0, 3, 4, 255]) func `the command's exit code is immctl's`(code: Int) async throws {
        let streams = TestStreams([])
        let (result, wanted) = try await run(
            "exec web-0 -n shop -c app -- cat --flag -", ScriptedCommand(code: code, hasInput: false), streams)
        #expect(result.status.rawValue == Int32(code) && result.errors.isEmpty)
        #expect(streams.output.withLock { $0 } == Array("done\n".utf8))
        let (instance, request) = try #require(wanted)
        #expect(instance == ObjectReference(Instance.resourceType, namespace: "shop", name: "web-0"))
        #expect(request == ExecRequest(command: ["cat", "--flag", "-"]))
    }

    @Test func `the standard input goes in until its end, byte for byte, and both outputs come back apart`()
        async throws
    {
        let streams = TestStreams([[0, 255, 10], [0xC3]])
        let (result, wanted) = try await run("exec -i instance/web-0 -- cat", ScriptedCommand(code: 0), streams)
        #expect(result.status == .success)
        #expect(streams.output.withLock { $0 } == [0, 255, 10, 0xC3])
        #expect(streams.errors.withLock { $0 } == Array("read\n".utf8))
        #expect(wanted?.1.stdin == true && wanted?.1.tty == false && wanted?.1.stderr == true)
        #expect(streams.isRaw.withLock { $0 }.isEmpty)
    }

    @Test func `with a terminal keys go through raw, sizes are told, and the terminal is put back`() async throws {
        let streams = TestStreams(inputEnds: false, isTerminal: true, events: [.resized])
        let command = ScriptedCommand(code: 7, endsAfterResizes: 2)
        let (result, wanted) = try await run("exec -it web-0 -- sh", command, streams)
        #expect(result.status.rawValue == 7)
        #expect(wanted?.1.tty == true && wanted?.1.stderr == false && wanted?.1.stdin == true)
        #expect(streams.isRaw.withLock { $0 } == [true, false])
        #expect(command.sizes.withLock { $0 } == Array(repeating: ByteStreams.Size(columns: 90, rows: 30), count: 2))
    }

    @Test(arguments: ["exec -it web-0 -- sh", "exec -t web-0 -- sh"])
    func `a terminal that cannot be is said, and the command runs without one`(line: String) async throws {
        let streams = TestStreams([])
        let (result, wanted) = try await run(line, ScriptedCommand(code: 0, hasInput: false), streams)
        #expect(result.status == .success && result.errors.contains("no terminal for the command"))
        #expect(wanted?.1.tty == false && streams.isRaw.withLock { $0 }.isEmpty)
    }

    @Test func `a signal ends the session and leaves the terminal as it was`() async throws {
        let streams = TestStreams(inputEnds: false, isTerminal: true, events: [.terminated])
        let command = ScriptedCommand(code: 0)
        let (result, _) = try await run("exec -it web-0 -- sh", command, streams)
        #expect(result.status == .failed && result.errors.contains("ended by a signal"))
        #expect(command.wasCancelled.withLock { $0 } && streams.isRaw.withLock { $0 } == [true, false])
    }

    @Test(arguments: [0, 42]) func `over a real server: streams, half-close and exit code`(code: Int) async throws {
        let streams = TestStreams([Array("hello ".utf8), [UInt8](repeating: 0x78, count: 100_000)])
        let command = ScriptedCommand(code: code)
        try await ServedCommands.run(command) { served in
            let result = await served.run(["exec", "-i", "web-0", "--", "cat"], streams.streams)
            #expect(result.status.rawValue == Int32(code), "\(result.errors)")
            let output = streams.output.withLock { $0 }
            #expect(output.count == 100_006 && output.starts(with: Array("hello xxx".utf8)))
            #expect(streams.errors.withLock { $0 } == Array("read\n".utf8))
            let refused = await served.run(["exec", "nobody", "--", "cat"], streams.streams)
            #expect(refused.status == .failed && refused.errors.contains("\"nobody\" not found"), "\(refused.errors)")
        }
    }
}

/// immctl over HTTP, against a server whose every exec is one command.
private struct ServedCommands: Sendable {
    let path: String

    static func run(
        _ command: ScriptedCommand, _ body: @Sendable (ServedCommands) async throws -> Void
    ) async throws {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(root)/imm-ctl-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { rmdir(directory) }
        let bench = try await Bench()
        try await bench.create([
            "apiVersion": "imm.dev/v1alpha1", "kind": "Instance",
            "metadata": ["name": "web-0", "namespace": "default"],
            "spec": [
                "set": "web", "slot": 0, "revision": "web-0123456789", "revisionHash": "v1-0123456789",
                "provider": "docker",
            ],
        ])
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let path = "\(directory)/imm.sock"
        let server = APIService(
            APIServerConfiguration(socketPath: path, immVersion: "0.0.1"), client: bench.client,
            endpoints: DaemonEndpoints(exec: { (_, _) throws(APIStatus) in command }), surroundings: .system,
            logger: logger)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while access(path, F_OK) != 0 { try await Task.sleep(for: .milliseconds(5)) }
            let result: Result<Void, any Error>
            do { result = .success(try await body(ServedCommands(path: path))) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    func run(_ arguments: [String], _ streams: ByteStreams) async -> CommandResult {
        let (output, errors) = (GrowingText(), GrowingText())
        let console = Console(
            output: { output.append($0) }, errors: { errors.append($0) }, input: { [] }, isTerminal: false, width: 80)
        let status = await Immctl.execute(
            arguments,
            in: Invocation(
                console: console, streams: streams, environment: Environment(["IMM_SOCKET": path]),
                surroundings: .system, connect: { .http($0, .system) }))
        return CommandResult(status: status, output: output.all, errors: errors.all)
    }
}
