import APIClient
import Ambient
import DockerEngine
import Glibc
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// A namespace of its own in a Kubernetes API, a Provider on the test engine, and the immd that a test starts there. What was made is
/// removed at the end, but the definitions of our kinds.
struct ClusterBed: Sendable {
    let bed: Bed
    let target: ClusterTarget
    private let started = Guarded<[ClusterProcess]>([])
    private let hadProviders = Guarded(true)

    var namespace: String { bed.namespace }
    var client: HTTPResourceClient { bed.client }

    /// - Parameter definitions: whether those of our kinds are there from the beginning.
    static func with(definitions: Bool = true, _ body: (ClusterBed) async throws -> Void) async throws {
        let name = TestEngine.freshID()
        let directory = "\(temporaryRoot)/imm-k8s-\(name)"
        guard mkdir(directory, 0o700) == 0 else { throw Failure("\(directory) cannot be made") }
        defer { removeTree(directory) }
        try await ClusterTarget.with(in: directory) { target in
            if definitions { try await target.applyDefinitions() }
            let daemon = Daemon(
                directory: directory, endpoint: TestEngine.socketPath ?? "/nowhere", client: target.client)
            let bed = ClusterBed(
                bed: Bed(
                    name: name, directory: directory, daemon: daemon, engine: TestEngine.engine,
                    namespace: "imm-test-\(name)", provider: "imm-test-\(name)"), target: target)
            var failure: (any Error)?
            do {
                try await bed.prepare(definitions)
                try await body(bed)
            } catch { failure = error }
            await bed.cleanUp()
            if let failure { throw failure }
        }
    }

    private init(bed: Bed, target: ClusterTarget) {
        self.bed = bed
        self.target = target
    }

    private func prepare(_ definitions: Bool) async throws {
        var namespace = Namespace()
        namespace.metadata.name = bed.namespace
        _ = try await client.create(namespace)
        let standing = (try? await client.list(ProviderObject.self).items) ?? []
        hadProviders.withLock { $0 = !standing.isEmpty }
        if definitions { try await makeProvider() }
    }

    func makeProvider() async throws {
        var provider = ProviderObject()
        provider.metadata.name = bed.provider ?? ""
        provider.spec.type = .docker
        provider.spec.endpoint = "unix://\(bed.daemon.endpoint)"
        provider.spec.allowedNamespaces = [namespace]
        _ = try await client.create(provider)
    }

    /// - Parameter kubeconfig: nil: the target's own.
    @discardableResult
    func start(kubeconfig: String? = nil, _ more: String...) throws -> ClusterProcess {
        let process = try ClusterProcess(
            ["--kubeconfig", kubeconfig ?? target.kubeconfig, "--system-namespace", namespace] + more,
            directory: bed.directory, number: started.withLock { $0.count } + 1)
        started.withLock { $0.append(process) }
        return process
    }

    /// One that leads.
    func startLeader() async throws -> ClusterProcess {
        let process = try start()
        try await leads(process)
        return process
    }

    func leads(_ process: ClusterProcess, _ timeout: Duration = .seconds(60)) async throws {
        try await process.wait(for: "immd leads", timeout) {
            if let installation = process.installation { bed.daemon.note(installation: installation) }
            guard let identity = process.identity, try await lease()?.spec.holderIdentity == identity else {
                return false
            }
            return try await process.health("/readyz")?.code == 200
        }
    }

    func lease() async throws(APIStatus) -> Lease? {
        try await client.find(Lease.self, namespace: namespace, name: "immd-controllers")
    }

    func report(of process: ClusterProcess) async throws -> RequestReport {
        let metrics = try #require(try await process.health("/metrics"))
        #expect(metrics.code == 200)
        return RequestReport(metrics: metrics.text)
    }

    /// What immd said last, for failures.
    var log: String { started.withLock { $0.last }?.log.lastLines(25) ?? "" }

    /// In the order in which a person would do it: sets while immd runs, then what it leaves on purpose.
    private func cleanUp() async {
        for process in started.withLock({ $0 }) { process.process.end() }
        if getenv("IMM_TEST_KEEP_LOGS") != nil {
            for process in started.withLock({ $0 }) {
                rename(
                    process.logPath,
                    "\(temporaryRoot)/" + (process.logPath.split(separator: "/").suffix(2).joined(separator: "-")))
            }
        }
        if target.kit == nil {
            await release(Instance.self)
            await release(InstanceSet.self)
            await release(Volume.self)
            await release(SlotSnapshot.self)
            // What the first start made, in a cluster that had none.
            if !hadProviders.withLock({ $0 }) {
                _ = try? await client.delete(
                    ObjectReference(ProviderObject.resourceType, name: "kubernetes"), DeleteOptions())
            }
            _ = try? await client.delete(
                ObjectReference(ProviderObject.resourceType, name: bed.provider ?? ""), DeleteOptions())
            _ = try? await client.delete(ObjectReference(Namespace.resourceType, name: namespace), DeleteOptions())
        }
        await bed.cleanUp()
    }

    /// Nobody is left who would take the finalizers off.
    private func release<Object: APIObject>(_ type: Object.Type) async {
        for object in (try? await client.list(type, in: namespace).items) ?? [] {
            let reference = ObjectReference(type.resourceType, namespace: namespace, name: object.name)
            _ = try? await client.delete(reference, DeleteOptions())
            _ = try? await client.mergePatch(
                reference, ["metadata": ["finalizers": .null]], nil, WriteOptions(fieldManager: "test-cluster"))
        }
    }
}
