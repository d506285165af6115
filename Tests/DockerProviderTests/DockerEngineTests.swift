import Ambient
import DockerEngine
import Glibc
import Testing

@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct DockerEngineTests {
    private let engine = TestEngine.engine

    /// A container of the test image, removed afterwards.
    private func withContainer(
        _ command: String, _ change: (inout ContainerSpec) -> Void = { _ in },
        _ body: (_ id: String, _ name: String) async throws -> Void
    ) async throws {
        var spec = ContainerSpec(image: try await TestEngine.image())
        spec.entrypoint = ["/bin/sh", "-c", command]
        spec.networkMode = "none"
        spec.labels = ["test": "engine"]
        change(&spec)
        let name = "engine-test-\(TestEngine.freshID())"
        let id = try await engine.createContainer(name: name, spec)
        do { try await body(id, name) } catch {
            try? await engine.removeContainer(id, force: true)
            throw error
        }
        try? await engine.removeContainer(id, force: true)
    }

    private var follow: ContainerLogOptions {
        var options = ContainerLogOptions()
        options.follow = true
        return options
    }

    private func kind(_ body: () async throws -> Void) async -> DockerError.Kind? {
        await #expect(throws: DockerError.self) { try await body() }?.kind
    }

    @Test func `the engine tells who it is`() async throws {
        let ping = try await engine.ping()
        #expect(ping.apiVersion >= APIVersion(major: 1, minor: 40))
        let version = try await engine.engineVersion()
        #expect(version.os == "linux")
        #expect(!version.version.isEmpty)
        let info = try await engine.info()
        #expect(info.cpus > 0 && info.memory > 0)
        #expect(info.serverVersion == version.version)
    }

    @Test func `an engine that is not there is unreachable`() async {
        let nobody = DockerEngine(socketPath: "/tmp/imm-no-engine.sock", time: SystemTime())
        #expect(await kind { _ = try await nobody.ping() } == .unreachable)
        #expect(await kind { _ = try await nobody.startContainer("x") } == .unreachable)
    }

    @Test func `images are built, inspected, tagged, listed and removed`() async throws {
        var image = ScratchImage(tag: "imm-test/scratch:\(TestEngine.freshID())")
        image.files = [.init("/data/file", Array("x".utf8))]
        image.command = ["/data/file"]
        image.labels = ["who": "it's \"me\""]
        let id = try await image.build(on: engine)
        #expect(id.hasPrefix("sha256:"))
        let inspected = try await engine.inspectImage(image.tag)
        #expect(inspected.id == id)
        #expect(inspected.labels == image.labels)
        #expect(inspected.repositoryDigests == [])
        let second = TestEngine.freshID()
        try await engine.tagImage(id, repository: "imm-test/other", tag: second)
        #expect(Set(try await engine.inspectImage(id).tags) == [image.tag, "imm-test/other:\(second)"])
        #expect(try await engine.listImages(labels: ["who"]).contains { $0.id == id })
        try await engine.removeImage("imm-test/other:\(second)", force: true)
        // By its id and by force: a copy of another test may be made through any image that is there.
        try await engine.removeImage(id, force: true)
        #expect(await kind { _ = try await engine.inspectImage(id) } == .notFound)
    }

    @Test func `a failed build and a failed pull say why`() async throws {
        var image = ScratchImage(tag: "imm-test/broken")
        image.instructions = ["RUN nothing-is-here"]
        let error = await #expect(throws: DockerError.self) { _ = try await image.build(on: engine) }
        #expect(error?.kind == .serverError)
        let pull = await #expect(throws: DockerError.self) {
            try await engine.pullImage("127.0.0.1:1/nothing/here:x")
        }
        #expect(pull?.engineMessage.contains("refused") == true)
    }

    @Test func `a container goes through its life, and each call says what it found`() async throws {
        try await withContainer("trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done") { id, name in
            let made = try await engine.inspectContainer(name)
            #expect(made.id == id && made.status == "created" && made.startedAt == nil && !made.isRunning)
            #expect(try await engine.startContainer(id))
            #expect(try await engine.startContainer(id) == false)
            let running = try await engine.inspectContainer(id)
            #expect(running.isRunning && running.startedAt != nil && running.restartPolicy == "no")
            #expect(
                try await engine.listContainers(labels: ["test=engine"]).contains {
                    $0.id == id && $0.state == "running"
                })
            #expect(await kind { try await engine.removeContainer(id) } == .conflict)
            // The shell must have set its trap first.
            let lines = try await engine.containerLogs(id, follow)
            #expect(try await lines.next()?.bytes == Array("up\n".utf8))
            lines.cancel()
            #expect(try await engine.stopContainer(id, grace: .seconds(10)))
            #expect(try await engine.stopContainer(id, grace: .seconds(10)) == false)
            #expect(try await engine.waitForContainer(id, timeout: .seconds(10)) == 5)
            #expect(try await engine.inspectContainer(id).exitCode == 5)
            try await engine.removeContainer(id)
            #expect(await kind { try await engine.removeContainer(id) } == .notFound)
            #expect(await kind { _ = try await engine.startContainer(id) } == .notFound)
        }
    }

    @Test func `names are taken once, and missing images are told apart`() async throws {
        try await withContainer("true") { _, name in
            var spec = ContainerSpec(image: try await TestEngine.image())
            spec.command = ["/bin/sh"]
            let taken = spec
            #expect(await kind { _ = try await engine.createContainer(name: name, taken) } == .conflict)
            let missing = ContainerSpec(image: "imm-test/no-such-image")
            #expect(await kind { _ = try await engine.createContainer(name: name + "x", missing) } == .notFound)
        }
    }

    @Test func `output comes with its source, followed to the end`() async throws {
        try await withContainer("echo out; sleep 0.2; echo err >&2") { id, _ in
            try await engine.startContainer(id)
            let stream = try await engine.containerLogs(id, follow)
            var chunks: [OutputChunk] = []
            while let chunk = try await stream.next() { chunks.append(chunk) }
            #expect(
                chunks == [
                    OutputChunk(source: .standardOutput, bytes: Array("out\n".utf8)),
                    OutputChunk(source: .standardError, bytes: Array("err\n".utf8)),
                ])
        }
    }

    @Test func `commands run in a container, and changes are listed`() async throws {
        try await withContainer("while :; do sleep 1000; done", { $0.hasInit = true }) { id, _ in
            #expect(await kind { _ = try await engine.createExec(id, command: ["/bin/sh"]) } == .conflict)
            try await engine.startContainer(id)
            let outcome = try await engine.execute(
                id, command: ["/bin/sh", "-c", "touch /tmp/new; echo done; exit 4"], outputLimit: 100)
            #expect(outcome.exitCode == 4)
            #expect(outcome.output == Array("done\n".utf8))
            let changes = try await engine.containerChanges(id)
            #expect(changes.contains { $0.path == "/tmp/new" && $0.kind == .added })
            try await engine.killContainer(id)
            #expect(try await engine.waitForContainer(id, timeout: .seconds(10)) == 137)
        }
    }

    @Test func `volumes are made once, listed by label and held by their containers`() async throws {
        let name = "engine-test-\(TestEngine.freshID())"
        let made = try await engine.createVolume(name: name, labels: ["test": name])
        #expect(try await engine.createVolume(name: name, labels: ["test": "other"]) == made)
        #expect(try await engine.inspectVolume(name) == made)
        #expect(try await engine.listVolumes(labels: ["test=\(name)"]) == [made])
        try await withContainer("true", { $0.mounts = [.init(kind: .volume, source: name, target: "/v")] }) { id, _ in
            let mounts = try await engine.inspectContainer(id).mounts
            #expect(mounts.map(\.name) == [name])
            #expect(await kind { try await engine.removeVolume(name) } == .conflict)
        }
        try await engine.removeVolume(name)
        #expect(await kind { try await engine.removeVolume(name) } == .notFound)
    }

    @Test func `events are told as they happen and replayed from a time`() async throws {
        let label = "run=\(TestEngine.freshID())"
        let parts = label.split(separator: "=").map(String.init)
        let before = SystemTime().now
        let live = try await engine.events(types: ["container"], labels: [label])
        try await withContainer("exit 6", { $0.labels = [parts[0]: parts[1]] }) { id, _ in
            try await engine.startContainer(id)
            _ = try await engine.waitForContainer(id, timeout: .seconds(10))
        }
        var actions: [String] = []
        while actions.last != "destroy", let event = try await live.next() {
            actions.append(event.action)
            if event.action == "die" { #expect(event.attributes["exitCode"] == "6") }
        }
        live.cancel()
        #expect(actions == ["create", "start", "die", "destroy"])

        let now = SystemTime().now
        let past = try await engine.events(since: before, until: now, types: ["container"], labels: [label])
        var replayed: [String] = []
        while let event = try await past.next() { replayed.append(event.action) }
        // The engine keeps the last 256 events, and other tests make some too.
        #expect(replayed == actions.suffix(replayed.count))
    }

    @Test func `networks are inspected by name`() async throws {
        #expect(try await engine.inspectNetwork("host").driver == "host")
        #expect(await kind { _ = try await engine.inspectNetwork("no-such-network") } == .notFound)
    }
}
