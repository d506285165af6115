import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import ServiceLifecycle
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A real server on a unix socket in a directory of its own, over a memory store.
struct ServedFixture: Sendable {
    let directory: String
    let store: MemoryObjectStore
    let local: LocalResourceClient
    let server: APIService
    let group: ServiceGroup
    let client: HTTPResourceClient

    var socketPath: String { "\(directory)/imm.sock" }

    /// Runs `body` beside the server, and shuts it down in order; `default` and `other` are there as namespaces.
    static func run(
        limits: APIServerLimits = APIServerLimits(), storeLimits: StoreLimits = StoreLimits(),
        endpoints: DaemonEndpoints = DaemonEndpoints(), _ body: @Sendable (ServedFixture) async throws -> Void
    ) async throws {
        let directory = try temporaryDirectory()
        defer { rmdir(directory) }
        let fixture = try await make(directory, limits, storeLimits, endpoints)
        defer { fixture.client.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await fixture.group.run() }
            do {
                try await fixture.waitUntilServed()
                try await body(fixture)
            } catch {
                await fixture.group.triggerGracefulShutdown()
                throw error
            }
            await fixture.group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(access(fixture.socketPath, F_OK) != 0, "the socket is removed at the end")
    }

    static func temporaryDirectory() throws -> String {
        var template = Array("\(temporaryRoot)/imm-api-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func make(
        _ directory: String, _ limits: APIServerLimits, _ storeLimits: StoreLimits, _ endpoints: DaemonEndpoints
    ) async throws -> ServedFixture {
        let store = MemoryObjectStore(surroundings: .system, limits: storeLimits)
        let local = LocalResourceClient(store: store, surroundings: .system)
        for name in ["default", "other"] {
            _ = try await local.create(
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]], WriteOptions())
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = APIService(
            APIServerConfiguration(socketPath: "\(directory)/imm.sock", immVersion: "0.0.1", limits: limits),
            client: local, endpoints: endpoints, surroundings: .system, logger: logger)
        return ServedFixture(
            directory: directory, store: store, local: local, server: server,
            group: ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: logger)),
            client: HTTPResourceClient(
                .socket(path: "\(directory)/imm.sock"), userAgent: "tests/1",
                limits: HTTPLimits(maxConnections: 2_000)))
    }

    private func waitUntilServed() async throws {
        try await eventually("the server answers") { try await client.raw(method: .get, path: "/livez").status == 200 }
    }

    /// A request with its answer as JSON.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", type: String = "application/json",
        accept: String = "application/json"
    ) async throws -> (code: Int, json: JSONValue, headers: HTTPHeaders) {
        let response = try await client.raw(
            method: method, path: path, body: Array(body.utf8), contentType: type, accept: accept)
        return (response.status, try JSONValue(parsing: response.body), response.headers)
    }

    /// A request with headers of its own, over a connection of its own.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let transport = HTTPTransport(endpoint: .unix(path: socketPath))
        defer { transport.shutdown() }
        return try await transport.send(request)
    }
}

/// Waits up to 10 s for a condition; errors of it count as not yet.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<1000 {
        if (try? await condition()) == true { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("did not happen in 10 s: \(what)")
    throw NeverHappened()
}

struct NeverHappened: Error {}

/// The status that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> APIStatus {
    do {
        try await body()
    } catch let status as APIStatus {
        return status
    }
    Issue.record("nothing was thrown")
    throw NeverHappened()
}

let setsPath = "/apis/imm.dev/v1alpha1/namespaces/default/instancesets"

func setBody(_ name: String, image: String = "nginx:1.27", namespace: String = "default") -> JSONValue {
    [
        "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": ["replicas": 3, "template": ["spec": ["image": .string(image)]]],
    ]
}

func secretBody(_ name: String, labels: JSONValue = [:]) -> JSONValue {
    [
        "apiVersion": "v1", "kind": "Secret",
        "metadata": ["name": .string(name), "namespace": "default", "labels": labels],
    ]
}

/// Where tests make their files: below the run's own directory, which is looked through for leftovers at its end.
let temporaryRoot = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
