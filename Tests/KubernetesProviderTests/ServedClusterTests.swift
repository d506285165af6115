import Ambient
import ClusterKit
import Conformance
import HTTPTransport
import InfraAPI
import Kubelet
import KubernetesAPI
import KubernetesProvider
import Logging
import ResourceAPI
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The contract again, on the API server of the cluster kit, where Pods are plain objects: over TLS, with a token.
@Suite struct ServedClusterTests {
    @Test(arguments: ProviderConformance.checks)
    func `the Kubernetes provider keeps the contract on the kit's API server`(
        check: ProviderConformance.Check
    ) async throws {
        await BedPlaces.shared.take()
        do {
            try await ServedClusterTests.run(check)
        } catch {
            await BedPlaces.shared.leave()
            throw error
        }
        await BedPlaces.shared.leave()
    }

    /// The kit listens on TCP a moment before its socket is there, on which tokens are made.
    private static func token(_ server: ClusterServer) async throws -> String {
        var token = ""
        try await eventually("a token is made") {
            token = try await server.token("kit")
            return true
        }
        return token
    }

    private static func run(_ check: ProviderConformance.Check) async throws {
        let directory = try ClusterBed.temporaryDirectory()
        defer { rmdir(directory) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let quiet = logger
        try await ClusterServer.run(in: directory, .system, logger: logger) { server in
            for name in ["kube-system", "conformance"] {
                var namespace = Namespace()
                namespace.metadata.name = name
                _ = try await server.client.create(namespace)
            }
            let token = try await ServedClusterTests.token(server)
            let transport = HTTPTransport(
                endpoint: .tcp(
                    base: server.url, tls: TLSOptions(certificateAuthority: .pem(Array(server.authority.utf8)))))
            defer { transport.shutdown() }
            let api = KubernetesAPI(
                transport: transport, authorization: { "Bearer \(token)" }, time: SystemTime())
            let kubelet = FakeKubelet(api: api, time: SystemTime())
            var configuration = KubernetesProviderConfiguration(installationID: "test")
            configuration.stopMargin = .seconds(10)
            configuration.startTimeout = .seconds(10)
            let provider = KubernetesProvider(
                api: api, configuration: configuration, surroundings: .system, logger: quiet)
            _ = try await provider.describe(recordedIdentity: nil)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    do {
                        try await kubelet.run()
                    } catch  where Task.isCancelled {}
                }
                defer { tasks.cancelAll() }
                try await check.run(on: ClusterBed.subject(provider))
            }
        }
    }
}
