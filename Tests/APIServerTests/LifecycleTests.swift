import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct LifecycleTests {
    @Test func `the socket is for its owner alone`() async throws {
        try await ServedFixture.run { fixture in
            var info = stat()
            #expect(lstat(fixture.socketPath, &info) == 0)
            #expect(info.st_mode & S_IFMT == S_IFSOCK && info.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `a socket on which a server answers is left alone`() async throws {
        try await ServedFixture.run { fixture in
            let second = APIService(
                APIServerConfiguration(socketPath: fixture.socketPath, immVersion: "0.0.1"), client: fixture.local,
                surroundings: .system, logger: .silent)
            await #expect(throws: ListenError.self) { try await second.run() }
            let answer = try await fixture.ask(.get, setsPath)
            #expect(answer.code == 200)
        }
    }

    @Test func `a stale socket is replaced, a file is not`() async throws {
        let directory = try ServedFixture.temporaryDirectory()
        defer { rmdir(directory) }
        let path = "\(directory)/imm.sock"
        try RawListener.leaveStaleSocket(at: path)
        let client = LocalResourceClient.empty()
        try await APIService.served(path, client) { http in
            let answer = try await http.raw(method: .get, path: "/livez")
            #expect(answer.status == 200)
        }
        let file = creat(path, 0o600)
        Glibc.close(file)
        defer { unlink(path) }
        let server = APIService(
            APIServerConfiguration(socketPath: path, immVersion: "0.0.1"), client: client, surroundings: .system,
            logger: .silent)
        let error = await #expect(throws: ListenError.self) { try await server.run() }
        #expect(error?.message.contains("is no socket") == true)
        #expect(access(path, F_OK) == 0)
    }

    @Test func `a path that a socket cannot have is refused with its length`() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 99)
        let server = APIService(
            APIServerConfiguration(socketPath: path, immVersion: "0.0.1"), client: LocalResourceClient.empty(),
            surroundings: .system, logger: .silent)
        let error = await #expect(throws: ListenError.self) { try await server.run() }
        #expect(error?.message.contains("104 bytes") == true && error?.message.contains("at most 103") == true)
    }

    @Test func `a server that is not there is told as what was tried and what to do`() async throws {
        let directory = try ServedFixture.temporaryDirectory()
        defer { rmdir(directory) }
        let path = "\(directory)/imm.sock"
        let client = HTTPResourceClient(.socket(path: path))
        defer { client.shutdown() }
        let reference = ObjectReference(Secret.resourceType, namespace: "default", name: "a")
        let missing = try await failure { _ = try await client.get(reference) }
        #expect(missing.reason == .unreachable)
        #expect(
            missing.message.hasPrefix("no server answers on \(path)") && missing.message.contains("is immd running?"))
        try RawListener.leaveStaleSocket(at: path)
        defer { unlink(path) }
        let stale = try await failure { _ = try await client.create(secretBody("a"), WriteOptions()) }
        #expect(stale.reason == .unreachable && stale.message.contains("is immd running?"))
        #expect(!stale.message.contains("not known"), "a refused connection changed nothing")
        let nobody = HTTPResourceClient(.url("http://127.0.0.1:1/"))
        defer { nobody.shutdown() }
        let refused = try await failure { _ = try await nobody.get(reference) }
        #expect(refused.reason == .unreachable && refused.message.contains("http://127.0.0.1:1"))
    }

    @Test func `a write without an answer says that its outcome is not known`() async throws {
        let directory = try ServedFixture.temporaryDirectory()
        defer { rmdir(directory) }
        let path = "\(directory)/imm.sock"
        let listener = try RawListener(path)
        defer { unlink(path) }
        let client = HTTPResourceClient(.socket(path: path))
        defer { client.shutdown() }
        async let status = failure { _ = try await client.create(secretBody("a"), WriteOptions()) }
        try await listener.closeAfterFirstRequest()
        #expect(try await status.reason == .unreachable)
        #expect(try await status.message.contains("whether the change was made is not known"))
    }

    @Test func `logs and plans come from the daemon`() async throws {
        let asked = Guarded<[LogRequest]>([])
        let isOver = Guarded(false)
        let endpoints = DaemonEndpoints(
            logs: { (_, request) async throws(APIStatus) in
                asked.withLock { $0.append(request) }
                let first = Guarded(true)
                return LogText(
                    next: { () async throws(APIStatus) in
                        if first.withLock({ first in
                            defer { first = false }; return first
                        }) {
                            return Array("hello\n".utf8)
                        }
                        while request.follow, !isOver.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
                        return nil
                    }, cancel: { isOver.withLock { $0 = true } })
            },
            plan: { (set, namespace) async throws(APIStatus) in
                ["for": set["metadata"]?["name"] ?? .null, "in": .string(namespace)]
            })
        try await ServedFixture.run(endpoints: endpoints) { fixture in
            #expect(try await fixture.client.plan(setBody("web")) == ["for": "web", "in": "default"])
            let reference = ObjectReference(Instance.resourceType, namespace: "default", name: "web-0")
            let missing = try await failure { _ = try await fixture.client.logs(reference, LogRequest()) }
            #expect(missing.isNotFound)
            try await fixture.createInstance("web-0")
            let wanted = LogRequest(follow: true, tailLines: 5, sinceSeconds: 60, timestamps: true)
            let log = try await fixture.client.logs(reference, wanted)
            #expect(try await log.next() == Array("hello\n".utf8))
            #expect(asked.withLock { $0 } == [wanted])
            log.cancel()
            try await eventually("the log is freed") { isOver.withLock { $0 } && fixture.server.openStreamCount == 0 }
            let whole = try await fixture.client.logs(reference, LogRequest())
            #expect(try await whole.next() == Array("hello\n".utf8))
            #expect(try await whole.next() == nil)
        }
    }

    @Test func `a request that follows a stream is answered, every time`() async throws {
        let logs: DaemonEndpoints.InstanceLogs = { (_, _) throws(APIStatus) in LogText(next: { nil }, cancel: {}) }
        try await ServedFixture.run(endpoints: DaemonEndpoints(logs: logs)) { server in
            try await server.createInstance("web-0")
            for _ in 0..<200 {
                let log = try await server.client.raw(
                    method: .get, path: setsPath.replacing("instancesets", with: "instances/web-0/log"))
                #expect(log.status == 200)
                // POST, since the client would repeat what may be repeated.
                #expect(try await server.ask(.post, setsPath, "{}").code >= 400)
            }
        }
    }
}
