import Ambient
import HTTPTransport
import Hummingbird
import HummingbirdCore
import InfraAPI
import JSON
import Kubelet
import KubernetesAPI
import KubernetesProvider
import Logging
import ProviderInterface
import ServiceLifecycle
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A cluster of one node, served on a unix socket in a directory of its own, and a provider on it.
struct ClusterBed: Sendable {
    let store: ClusterStore
    let api: KubernetesAPI
    let kubelet: FakeKubelet
    let provider: KubernetesProvider

    static let digest = "sha256:" + String(repeating: "ab", count: 32)

    static func with(
        configure: (inout KubernetesProviderConfiguration) -> Void = { _ in },
        _ body: @Sendable (ClusterBed) async throws -> Void
    ) async throws {
        let directory = try temporaryDirectory()
        defer { rmdir(directory) }
        let path = "\(directory)/api.sock"
        let store = ClusterStore(.system)
        for name in ["kube-system", "default", "conformance", "other"] {
            _ = try store.create(
                ClusterKey(resource: "/namespaces", namespace: "", name: name),
                ["apiVersion": "v1", "kind": "Namespace"])
        }
        let transport = HTTPTransport(endpoint: .unix(path: path))
        defer { transport.shutdown() }
        let api = KubernetesAPI(transport: transport, time: SystemTime())
        var configuration = KubernetesProviderConfiguration(installationID: "test")
        configuration.stopMargin = .seconds(10)
        configuration.startTimeout = .seconds(10)
        configure(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let bed = ClusterBed(
            store: store, api: api, kubelet: FakeKubelet(api: api, time: SystemTime()),
            provider: KubernetesProvider(
                api: api, configuration: configuration, surroundings: .system, logger: logger))
        await BedPlaces.shared.take()
        do {
            try await bed.serve(at: path, logger, body)
        } catch {
            await BedPlaces.shared.leave()
            throw error
        }
        await BedPlaces.shared.leave()
    }

    private func serve(
        at path: String, _ logger: Logger, _ body: @Sendable (ClusterBed) async throws -> Void
    ) async throws {
        let application = Application(
            responder: PodAPIServer(store: store),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)), logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var failure: (any Error)?
            do {
                try await eventually("the server answers") { try await api.serverVersion().isEmpty == false }
                _ = try await provider.describe(recordedIdentity: nil)
                try await besideKubelet(body)
            } catch { failure = error }
            store.close()
            // Before the server: a connection that it takes while it ends is one that nobody serves.
            api.shutdown()
            await group.triggerGracefulShutdown()
            do { try await tasks.waitForAll() } catch { if failure == nil { failure = error } }
            if let failure { throw failure }
        }
        unlink(path)
    }

    private func besideKubelet(_ body: @Sendable (ClusterBed) async throws -> Void) async throws {
        let bed = self
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await bed.kubelet.run()
                } catch  where Task.isCancelled {}
            }
            try await eventually("the node is there") {
                try await bed.api.get(APIReference(.nodes, name: bed.kubelet.node)) != nil
            }
            defer { tasks.cancelAll() }
            try await body(bed)
        }
    }

    static func temporaryDirectory() throws -> String {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(root)/imm-k8s-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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

/// The error that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> ProviderError {
    do {
        try await body()
    } catch let error as ProviderError {
        return error
    }
    Issue.record("nothing was thrown")
    throw NeverHappened()
}
