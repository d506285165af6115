import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@testable import ImmctlCommands

/// A fixed wall clock; waiting takes real time.
struct TestTime: TimeSource {
    /// 2026-03-01T12:00:00Z
    static let now = Timestamp(microsecondsSinceEpoch: 1772366400_000_000)
    private let start = ContinuousClock.now

    var now: Timestamp { TestTime.now }
    var uptime: Duration { start.duration(to: .now) }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

struct TestRandomness: Randomness {
    private let state = Guarded<UInt64>(1)

    func next() -> UInt64 {
        state.withLock { state in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }
}

/// What one command did.
struct CommandResult {
    var status: CommandStatus
    var output: String
    var errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var json: JSONValue { get throws { try JSONValue(parsing: output) } }
}

/// immctl over a server in process.
final class Bench: Sendable {
    let client: LocalResourceClient
    let surroundings = Surroundings(time: TestTime(), randomness: TestRandomness())
    /// What the server answers to a plan request.
    let plan = Guarded<JSONValue>(["set": "default/web", "steps": [], "waits": [], "messages": []])
    /// Sets that a plan was asked for.
    let planned = Guarded<[JSONValue]>([])
    let log = Guarded<[UInt8]>([])
    /// What answers exec; nil: nobody can be reached.
    let exec = Guarded<(@Sendable (ObjectReference, ExecRequest) -> any ExecSession)?>(nil)
    let streams = Guarded(ByteStreams.none)
    let logRequests = Guarded<[String]>([])
    /// The environment's variables.
    let variables = Guarded<[String: String]>(["IMM_SOCKET": "/nowhere.sock"])
    /// What the server answers at paths that are no verbs, and what it was asked there.
    let answers = Guarded<[String: JSONValue]>([:])
    /// Where connections were made to.
    let addresses = Guarded<[String]>([])
    let asked = Guarded<[(path: String, body: JSONValue?)]>([])
    /// As what the commands run.
    let program = Guarded(Program.immctl)
    /// What a person types at a prompt; nil: nobody is there.
    let typed = Guarded<String?>(nil)
    /// The store of the Provider `machines`.
    let images = Guarded(TestImages())
    /// What stands for the programs that commands run.
    let launch = Guarded(TestProgram())

    init() async throws {
        client = LocalResourceClient(store: MemoryObjectStore(surroundings: surroundings), surroundings: surroundings)
        try await create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "default"]])
        try await create([
            "apiVersion": "imm.dev/v1alpha1", "kind": "Provider", "metadata": ["name": "docker"],
            "spec": ["type": "docker"],
        ])
    }

    @discardableResult
    func create(_ object: JSONValue) async throws -> JSONValue {
        try await client.create(object, WriteOptions(fieldManager: "test"))
    }

    /// Writes an object with its status, as a controller does.
    @discardableResult
    func create(_ object: some APIObject) async throws -> JSONValue {
        var body = object.json
        body[path: ["metadata", "resourceVersion"]] = nil
        let stored = try await create(body)
        guard let status = object.json["status"] else { return stored }
        return try await client.mergePatch(
            ObjectReference(type(of: object).resourceType, namespace: stored.namespace, name: stored.name),
            ["status": status], .status, WriteOptions(fieldManager: "controller"))
    }

    func get(_ type: ResourceType, _ name: String) async throws -> JSONValue {
        try await client.get(ObjectReference(type, in: "default", name: name))
    }

    func setStatus(of name: String, _ status: JSONValue) async throws {
        _ = try await client.mergePatch(
            ObjectReference(InstanceSet.resourceType, namespace: "default", name: name), ["status": status], .status,
            WriteOptions(fieldManager: "controller"))
    }

    /// Runs a command line, split at spaces.
    ///
    /// - Parameter output: what the command has printed so far, for those who watch it.
    func run(
        _ line: String, input: String = "", isTerminal: Bool = false, client: (any ResourceClient)? = nil,
        output: GrowingText = GrowingText()
    ) async -> CommandResult {
        await run(
            line.split(separator: " ").map(String.init), input: input, isTerminal: isTerminal, client: client,
            output: output)
    }

    func run(
        _ arguments: [String], input: String = "", isTerminal: Bool = false, client: (any ResourceClient)? = nil,
        output: GrowingText = GrowingText()
    ) async -> CommandResult {
        let errors = GrowingText()
        var console = Console(
            output: { output.append($0) }, errors: { errors.append($0) }, input: { Array(input.utf8) },
            isTerminal: isTerminal, width: 80)
        console.answer = { [typed] prompt in
            guard let text = typed.withLock({ $0 }) else { return nil }
            errors.append(prompt)
            return text
        }
        let session = session(client ?? self.client)
        let invocation = Invocation(
            program: program.withLock { $0 }, console: console, streams: streams.withLock { $0 },
            environment: Environment(variables.withLock { $0 }), surroundings: surroundings,
            launch: launch.withLock { $0 }.run,
            connect: { [addresses] address in
                addresses.withLock { $0.append("\(address)") }
                return session
            })
        let status = await Immctl.execute(arguments, in: invocation)
        return CommandResult(status: status, output: output.all, errors: errors.all)
    }

    func session(_ client: any ResourceClient) -> Session {
        Session(
            client: client,
            logs: { [log, logRequests] instance, request throws(APIStatus) in
                logRequests.withLock {
                    $0.append("\(instance.name) follow=\(request.follow) tail=\(request.tailLines ?? -1)")
                }
                let chunks = Guarded(log.withLock { [$0] })
                return LogText(
                    next: { () throws(APIStatus) in
                        chunks.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                    }, cancel: {})
            },
            exec: { [exec] instance, wanted, _ throws(APIStatus) in
                guard let open = exec.withLock({ $0 }) else { throw UnreachableClient().error }
                return open(instance, wanted)
            },
            plan: { [plan, planned] set throws(APIStatus) in
                planned.withLock { $0.append(set) }
                return plan.withLock { $0 }
            },
            images: { [images] provider, wanted throws(APIStatus) in
                try images.withLock { images throws(APIStatus) in try images.answer(provider.name, wanted) }
            },
            version: { () throws(APIStatus) in ["gitVersion": "v9.9.9"] },
            raw: { [answers, asked] path, body throws(APIStatus) in
                asked.withLock { $0.append((path, body)) }
                return answers.withLock { $0[path] }?.encoded() ?? Array("raw \(path)".utf8)
            })
    }
}

/// What stands for a program that a command runs.
struct TestProgram: Sendable {
    var body: @Sendable ([String]) async throws -> Int32 = { words in
        throw CommandFailure(.failed, "no program is expected to run: \(words)")
    }

    func run(_ words: [String]) async throws(CommandFailure) -> Int32 {
        do {
            return try await body(words)
        } catch {
            throw error as? CommandFailure ?? CommandFailure(.failed, "\(error)")
        }
    }
}

enum Manifest {
    static func web(image: String = "registry/web:1", replicas: Int? = 3, extra: String = "") -> String {
        """
        apiVersion: imm.dev/v1alpha1
        kind: InstanceSet
        metadata:
          name: web
        spec:
        \(replicas.map { "  replicas: \($0)\n" } ?? "")  template:
            spec:
              image: \(image)
        \(extra)
        """
    }
}

/// A server that nobody can reach.
struct UnreachableClient: ResourceClient {
    let error = APIStatus(code: 0, reason: .unreachable, message: "no server answers on /nowhere.sock")

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue { throw error }
    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList { throw error }
    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch { throw error }
    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue { throw error }
    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue { throw error }
    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue { throw error }
    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue { throw error }
    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        throw error
    }
}
