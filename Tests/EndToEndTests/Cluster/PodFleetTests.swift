import APIClient
import Ambient
import ClusterCredentials
import ClusterKit
import HTTPTransport
import InfraAPI
import JSON
import Kubelet
import KubernetesAPI
import Manifests
import ResourceAPI
import Testing

extension EndToEnd {
    /// immd with a Kubernetes API as its store and as its provider: the whole way, with Pods of a kubelet without containers.
    @Suite(.enabled(if: ClusterTarget.given == nil, "a real cluster has kubelets of its own")) struct PodFleetTests {
        @Test(.timeLimit(.minutes(5)))
        func `a fleet of Pods with claims is rolled out, replaced, healed and taken away, and its claims stay`()
            async throws
        {
            try await ClusterBed.with { cluster in
                try await cluster.withKubelet { api in
                    let (bed, immd) = (cluster.bed, try await cluster.startLeader())
                    try await cluster.apply(version: "1")
                    let first = try await bed.settled("db", .seconds(60))
                    #expect(first.volumes.allSatisfy { $0.status.epoch == 1 })
                    let claims = try await cluster.names(.persistentVolumeClaims, api)
                    #expect(claims.count == 2)
                    let pods = try await cluster.objects(.pods, api)
                    let owners = pods.map {
                        $0[path: ["metadata", "ownerReferences"]]?.arrayValue?.first?["uid"]?.stringValue
                    }
                    #expect(Set(owners) == Set(first.instances.map(\.uid)))
                    #expect(pods.allSatisfy { $0[path: ["spec", "schedulingGates"]] == nil })

                    try await cluster.apply(version: "2")
                    let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                    #expect(second.volumes.allSatisfy { $0.status.epoch == 2 })
                    #expect(second.ids.isDisjoint(with: first.ids))
                    #expect(try await cluster.names(.persistentVolumeClaims, api) == claims)

                    // As kubectl delete pod does it.
                    let lost = try #require(second.instances.first?.status.providerID)
                    let parts = lost.split(separator: "/").map(String.init)
                    try await api.delete(APIReference(.pods, namespace: parts[0], name: parts[1]))
                    let healed = try await bed.wait(for: "db", "the deleted one replaced", .seconds(60)) {
                        $0.isSettled && !$0.ids.contains(lost)
                    }
                    #expect(healed.volumes.map(\.uid) == first.volumes.map(\.uid))
                    #expect(healed.volumes.map(\.status.epoch).sorted() == [2, 3])

                    try await bed.delete(set: "db")
                    try await bed.wait(for: "db", "the set is gone", .seconds(60)) {
                        $0.set == nil && $0.instances.isEmpty && $0.volumes.allSatisfy { $0.status.attachment == nil }
                    }
                    #expect(try await cluster.names(.pods, api) == [])
                    #expect(try await cluster.names(.persistentVolumeClaims, api) == claims)
                    try await cluster.report(of: immd).check("through a life of a fleet of Pods")
                    #expect(try await immd.stop() == .code(0))
                }
            }
        }
    }
}

extension ClusterBed {
    private static let provider = "pods"

    /// Makes a Provider of Pods, and runs `body` beside a node.
    fileprivate func withKubelet(_ body: (KubernetesAPI) async throws -> Void) async throws {
        var system = Namespace()
        system.metadata.name = "kube-system"
        _ = try await client.create(system)
        var provider = ProviderObject()
        provider.metadata.name = ClusterBed.provider
        provider.spec.type = .kubernetes
        provider.spec.allowedNamespaces = [namespace]
        _ = try await client.create(provider)
        let (documents, _) = loadManifests([.file(target.kubeconfig)])
        let document = try #require(documents.first)
        let access = ClusterAccess(
            try Kubeconfig(json: document.value).select(context: nil, directory: nil), environment: [:], .system)
        let transport = HTTPTransport(endpoint: access.endpoint)
        defer { transport.shutdown() }
        let api = KubernetesAPI(transport: transport, authorization: access.authorization, time: SystemTime())
        let kubelet = FakeKubelet(api: api, time: SystemTime())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await kubelet.run()
                } catch  where Task.isCancelled {}
            }
            defer { tasks.cancelAll() }
            try await body(api)
        }
    }

    fileprivate func apply(version: String) async throws {
        var manifest = Manifest.writers("registry.test/sleep@sha256:" + String(repeating: "ab", count: 32), replicas: 2)
        manifest.command = []
        manifest.network = "bridge"
        manifest.environment = [("VERSION", version)]
        manifest.template["user"] = "1000:1000"
        var json = manifest.json
        json[path: ["metadata", "namespace"]] = .string(namespace)
        json[path: ["spec", "provider"]] = .string(ClusterBed.provider)
        _ = try await client.apply(json, WriteOptions(fieldManager: "immctl", force: true))
    }

    fileprivate func objects(_ resource: APIResource, _ api: KubernetesAPI) async throws -> [JSONValue] {
        try await api.list(resource, in: namespace).items
    }

    fileprivate func names(_ resource: APIResource, _ api: KubernetesAPI) async throws -> [String] {
        try await objects(resource, api).compactMap { $0[path: ["metadata", "name"]]?.stringValue }
    }
}
