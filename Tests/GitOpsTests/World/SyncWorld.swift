import Ambient
import ControllerRuntime
import GitClient
import GitOps
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import Simulation
import Testing

/// A repository server, the API over a store in memory, and the GitOps controllers as a process that can crash; on virtual time.
final class SyncWorld: Sendable {
    let simulation: Simulation
    let client: LocalResourceClient
    let server: RepositoryServer
    private let repositories = Guarded([String: MemoryRepository]())
    private let current: Guarded<Gate>
    private let restarted = Signal()
    let retained = Guarded<Set<String>?>(nil)
    /// Whether kubectl is installed, as it were.
    let hasBuilder = Guarded(true)
    private let keeperDelay: Duration

    private init(seed: UInt64, keeperDelay: Duration) {
        simulation = Simulation(seed: seed, keepsTranscript: false)
        let store = MemoryObjectStore(surroundings: simulation.surroundings)
        client = LocalResourceClient(store: store, surroundings: simulation.surroundings)
        server = RepositoryServer(time: simulation.time)
        current = Guarded(Gate())
        self.keeperDelay = keeperDelay
    }

    var gate: Gate { current.withLock { $0 } }
    var time: any TimeSource { simulation.time }

    /// Runs a scenario beside the controllers.
    static func run(
        seed: UInt64 = 1, until deadline: Duration = .seconds(200_000), keeperDelay: Duration = .milliseconds(200),
        prepare: @escaping @Sendable (SyncWorld) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (SyncWorld) async throws -> Void
    ) {
        let world = SyncWorld(seed: seed, keeperDelay: keeperDelay)
        let end = world.simulation.run(until: deadline, maxJobs: 200_000_000) {
            await withTaskGroup(of: Void.self) { group in
                do {
                    try await world.makeNamespace("default")
                    try await prepare(world)
                    group.addTask { await world.supervise() }
                    group.addTask {
                        await SetKeeper(client: world.client, simulation: world.simulation, delay: world.keeperDelay)
                            .run()
                    }
                    try await body(world)
                } catch { Issue.record("\(error)") }
                group.cancelAll()
            }
        }
        #expect(end == .finished, "seed \(seed)")
        #expect(world.server.state.withLock { $0.illegal } == [])
    }

    private func supervise() async {
        while !Task.isCancelled {
            await withTaskGroup(of: Void.self) { group in
                let controllers = makeControllers()
                group.addTask { await controllers.run() }
                group.addTask { await self.restarted.wait() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func makeControllers() -> GitOpsControllers {
        let (gate, client) = (gate, client)
        return GitOpsControllers(
            client: GatedClient(inner: client, gate: gate),
            acting: { key in
                GatedClient(inner: client, gate: gate, user: "imm:gitsource:\(key.namespace):\(key.name)")
            },
            repositories: { uid in
                self.repositories.withLock { repositories in
                    let repository = repositories[uid] ?? MemoryRepository(self.server)
                    repositories[uid] = repository
                    return repository
                }
            },
            retainMirrors: { uids in self.retained.withLock { $0 = uids } }, fileRoots: ["/srv/git"],
            builder: hasBuilder.withLock { $0 } ? SyncWorld.build : nil,
            simulation.surroundings, logger: Logger(label: "gitops") { _ in SwiftLogNoOpLogHandler() })
    }

    /// As little as a kustomization can say: the files that it lists in flow style, from its own directory.
    private static let build: KustomizationBuilder = { files, path, _ throws(GitError) in
        func text(_ path: String) -> String? {
            files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        guard let listed = text("\(path)/kustomization.yaml") else { throw GitError(.failed, "no kustomization") }
        var documents: [String] = []
        let names = listed.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }.split(separator: ", ")
        for name in names {
            guard let document = text(String(name).replacing("../", with: "")) else {
                throw GitError(.refused, "no file \(name)")
            }
            guard !document.hasPrefix("broken") else {
                throw GitError(.refused, "accumulating resources: \(name): malformed")
            }
            documents.append(document)
        }
        return Array(documents.joined(separator: "---\n").utf8)
    }

    /// The process dies where it stands, and another one begins.
    func crash() {
        let next = Gate()
        let denied = gate.state.withLock { $0.denied }
        next.change { $0.denied = denied }
        gate.change { $0.isDead = true }
        current.withLock { $0 = next }
        restarted.raise()
    }

    // What people do.

    func makeNamespace(_ name: String) async throws {
        var namespace = Namespace()
        namespace.metadata = ObjectMeta(name: name)
        _ = try await client.create(namespace)
    }

    @discardableResult
    func makeSource(_ name: String = "fleet", _ change: (inout GitSource) -> Void = { _ in }) async throws -> GitSource
    {
        var source = GitSource()
        source.metadata = ObjectMeta(name: name, namespace: "default")
        source.spec.url = "https://git.example/fleet.git"
        change(&source)
        return try await client.create(source)
    }

    func source(_ name: String = "fleet") async throws -> GitSource {
        try await client.get(GitSource.self, namespace: "default", name: name)
    }

    func edit(_ name: String = "fleet", _ change: (inout GitSource) -> Void) async throws {
        while true {
            var source = try await source(name)
            change(&source)
            do throws(APIStatus) {
                _ = try await client.update(source)
                return
            } catch { if !error.isConflict { throw error } }
        }
    }

    /// A person's request to look now.
    func askForSync(_ token: String, _ name: String = "fleet") async throws {
        try await edit(name) { $0.metadata.annotations[GitSource.syncAnnotation] = token }
    }

    func set(_ name: String, in namespace: String = "default") async throws -> InstanceSet? {
        try await client.find(InstanceSet.self, namespace: namespace, name: name)
    }

    /// As `kubectl apply` of some fields.
    func apply(_ object: JSONValue, as manager: String, force: Bool = false) async throws {
        _ = try await client.apply(object, WriteOptions(fieldManager: manager, force: force))
    }

    func events(_ reason: String) async throws -> [Event] {
        try await client.list(Event.self).items.filter { $0.reason == reason }
    }

    // Waiting.

    func sleep(_ duration: Duration) async throws { try await time.sleep(for: duration) }

    /// Waits in virtual time until something is so.
    func wait(
        _ what: String, atMost limit: Duration = .seconds(1200), _ sourceLocation: SourceLocation = #_sourceLocation,
        until isSo: () async throws -> Bool
    ) async throws {
        let end = time.uptime + limit
        while try await !isSo() {
            guard time.uptime < end else {
                let status = try? await source().status
                Issue.record(
                    "not so after \(limit): \(what)\n\(String(describing: status))", sourceLocation: sourceLocation)
                throw WaitedInVain(what: what)
            }
            try await sleep(.milliseconds(100))
        }
    }

    struct WaitedInVain: Error { let what: String }

    /// Waits until a commit is applied and everything is healthy.
    func waitUntilApplied(
        _ commit: GitCommitID, _ name: String = "fleet", _ sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait("\(name) has applied \(commit)", sourceLocation) {
            let source = try await source(name)
            return source.status.lastAppliedCommit == commit.hex && source.isReady
        }
    }

    func waitForReason(
        _ reason: String, _ name: String = "fleet", _ sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait("\(name) is not ready: \(reason)", sourceLocation) {
            let ready = try await source(name).ready
            return ready?.reason == reason && ready?.status != .true
        }
    }
}

extension GitSource {
    var ready: Condition? { status.conditions["Ready"] }
    var isReady: Bool { ready?.status == .true && ready?.observedGeneration == metadata.generation }
}
