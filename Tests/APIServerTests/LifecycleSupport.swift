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

extension Logger {
    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}

extension LocalResourceClient {
    static func empty() -> LocalResourceClient {
        LocalResourceClient(store: MemoryObjectStore(surroundings: .system), surroundings: .system)
    }
}

extension APIService {
    /// Runs a server at `path` while `body` talks to it.
    static func served(
        _ path: String, _ client: LocalResourceClient, _ body: @Sendable (HTTPResourceClient) async throws -> Void
    ) async throws {
        let server = APIService(
            APIServerConfiguration(socketPath: path, immVersion: "0.0.1"), client: client, surroundings: .system,
            logger: .silent)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: .silent))
        let http = HTTPResourceClient(.socket(path: path))
        defer { http.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the server answers") {
                try await http.raw(method: .get, path: "/livez").status == 200
            }
            try await body(http)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

extension ServedFixture {
    func createInstance(_ name: String) async throws {
        _ = try await local.create(
            [
                "apiVersion": "imm.dev/v1alpha1", "kind": "Instance",
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": [
                    "set": "web", "slot": 0, "revision": "web-0123456789", "revisionHash": "v1-0123456789",
                    "provider": "docker",
                ],
            ], WriteOptions(fieldValidation: .ignore))
    }
}

/// A listener that knows no HTTP.
final class RawListener: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0 && listen(descriptor, 4) == 0)
    }

    deinit { Glibc.close(descriptor) }

    /// Leaves a socket file behind on which nobody listens.
    static func leaveStaleSocket(at path: String) throws { _ = try RawListener(path) }

    /// Accepts one connection, reads some of its request, and closes it.
    func closeAfterFirstRequest() async throws {
        var connection: Int32 = -1
        try await eventually("a client connects") {
            connection = accept(descriptor, nil, nil)
            return connection >= 0
        }
        var bytes = [UInt8](repeating: 0, count: 64)
        try await eventually("a request comes") { recv(connection, &bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 }
        Glibc.close(connection)
    }
}
