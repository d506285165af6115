import Ambient
import ControllerRuntime
import GitClient
import ImageRegistry
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import Testing

@testable import GitOps

/// A source `shop/fleet` with image updates, a remote and a registry in memory, and time that passes when the test says so.
final class ImageUpdatesWorld: Sendable {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)

    let client: LocalResourceClient
    let remote = ImageRemote()
    let registry = FixedRegistry()
    let time = HeldTime()
    private let sources = ResourceCache<GitSource>()
    private let operations: BackgroundOperations<ImageUpdateReport>
    private let ended = Guarded(0)
    private let events: EventRecorder
    private let reconciler: ImageUpdateReconciler
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private init() {
        client = LocalResourceClient(store: MemoryObjectStore(surroundings: .system), surroundings: .system)
        operations = BackgroundOperations { [ended] _ in ended.withLock { $0 += 1 } }
        events = EventRecorder(client, component: "test", interval: .milliseconds(1), .system, logger: logger)
        let (client, remote) = (client, remote)
        reconciler = ImageUpdateReconciler(
            client: client, sources: sources, operations: operations,
            work: ImageUpdateWork(
                registry: registry, repositories: { _ in remote },
                RemoteAccess(acting: { _ in client }, fileRoots: []), time),
            events: events,
            surroundings: Surroundings(time: time, randomness: Surroundings.system.randomness))
    }

    /// - Parameter files: of the commit that the source has applied.
    static func run(
        _ files: [String: String] = ["web.yaml": manifest("registry/web:1.0.0")],
        _ change: (inout GitSource) -> Void = { _ in }, _ body: (ImageUpdatesWorld) async throws -> Void
    ) async throws {
        let world = ImageUpdatesWorld()
        var source = GitSource()
        source.metadata = ObjectMeta(name: "fleet", namespace: "shop")
        source.spec.url = "https://git.example/fleet.git"
        source.spec.jitterPercent = 0
        var updates = GitImageUpdates()
        updates.branch = "imm/updates"
        updates.images = [policy("registry/web")]
        source.spec.imageUpdates = updates
        change(&source)
        _ = try await world.client.create(
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]], WriteOptions())
        _ = try await world.client.create(source)
        try await world.apply(files)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await world.operations.run() }
            group.addTask { await world.events.run() }
            do {
                try await body(world)
            } catch { Issue.record(error) }
            group.cancelAll()
        }
    }

    static func policy(_ image: String, _ range: String = "*") -> GitImagePolicy {
        var policy = GitImagePolicy()
        (policy.image, policy.semver) = (image, range)
        return policy
    }

    static func manifest(_ image: String, name: String = "web") -> String {
        """
        apiVersion: imm.dev/v1alpha1
        kind: InstanceSet
        metadata: {name: \(name)}
        spec: {template: {spec: {image: \(image)}}}   # by hand

        """
    }

    /// The branch that is followed gets a commit, and the source has applied it.
    func apply(_ files: [String: String]) async throws {
        let commit = remote.commit(files, on: "main")
        try await change { source in
            (source.status.lastAttemptedCommit, source.status.lastAppliedCommit) = (commit.hex, commit.hex)
        }
    }

    func change(_ body: (inout GitSource) -> Void) async throws {
        var changed = try await source
        body(&changed)
        let stored = try await client.update(changed)
        changed.metadata = stored.metadata
        _ = try await client.updateStatus(changed)
    }

    var source: GitSource {
        get async throws { try await client.get(GitSource.self, namespace: "shop", name: "fleet") }
    }

    var condition: Condition? { get async throws { try await source.status.conditions["ImageUpdates"] } }

    /// One reconcile; and when that began a look, the one after its end.
    @discardableResult
    func reconcile() async throws -> GitSource {
        let key = NamespacedName(namespace: "shop", name: "fleet")
        for _ in 0..<2 {
            sources.absorb(written: try await source)
            let before = ended.withLock { $0 }
            _ = await reconciler.reconcile(key, logger)
            guard !operations.underWay(of: key).isEmpty || ended.withLock({ $0 }) != before else { break }
            while ended.withLock({ $0 }) == before { await Task.yield() }
        }
        return try await source
    }

    /// A look that is due since the interval is over.
    @discardableResult
    func lookAgain() async throws -> GitSource {
        time.pass(.seconds(300))
        return try await reconcile()
    }

    func reasons() async throws -> [String] {
        var reasons: [String] = []
        for _ in 0..<200 {
            let list = try await client.list(Event.resourceType, in: "shop", ListOptions()).items
            reasons = list.compactMap { $0["reason"]?.stringValue }.sorted()
            if !reasons.isEmpty { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        return reasons
    }
}

/// Time that stands still until somebody lets it pass.
final class HeldTime: TimeSource {
    private let passed = Guarded(Duration.seconds(1_000))

    var now: Timestamp { Timestamp.epoch + uptime }
    var uptime: Duration { passed.withLock { $0 } }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
}

/// Registries that answer what the test says.
final class FixedRegistry: RegistryReading {
    let tags = Guarded<[String: [String]]>(["registry/web": ["1.0.0"]])
    let questions = Guarded(0)
    let logins = Guarded<[RegistryLogin?]>([])

    func tags(of repository: String, as login: RegistryLogin?) async throws(RegistryError) -> [String] {
        questions.withLock { $0 += 1 }
        logins.withLock { $0.append(login) }
        guard let found = tags.withLock({ $0[repository] }) else {
            throw RegistryError(.notFound, "\(repository) is not there")
        }
        return found
    }

    func digest(of repository: String, tag: String, as login: RegistryLogin?) async throws(RegistryError) -> String {
        ImageUpdatesWorld.digest
    }
}

/// A remote that takes pushes, and our copy of it.
final class ImageRemote: GitRepository {
    private struct State {
        var branches: [String: GitCommitID] = [:]
        var commits: [GitCommitID: [String: [UInt8]]] = [:]
        var pushes: [GitChange] = []
        var refusal: GitError?
        var head = "main"
    }

    private let state = Guarded(State())

    var pushes: [GitChange] { state.withLock { $0.pushes } }
    func refuse(_ error: GitError?) { state.withLock { $0.refusal = error } }
    func delete(_ branch: String) { state.withLock { $0.branches[branch] = nil } }
    func makeHead(_ branch: String) { state.withLock { $0.head = branch } }
    func tip(_ branch: String) -> GitCommitID? { state.withLock { $0.branches[branch] } }

    func text(_ path: String, on branch: String) -> String? {
        state.withLock { state in state.branches[branch].flatMap { state.commits[$0]?[path] } }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Makes a commit of these files.
    @discardableResult
    func commit(_ files: [String: String], on branch: String) -> GitCommitID {
        state.withLock { state in ImageRemote.add(files.mapValues { Array($0.utf8) }, to: branch, &state) }
    }

    private static func add(_ files: [String: [UInt8]], to branch: String, _ state: inout State) -> GitCommitID {
        let hex = String(state.commits.count + 1, radix: 16)
        guard let id = GitCommitID(String(repeating: "0", count: 40 - hex.count) + hex) else { fatalError("no id") }
        state.commits[id] = files
        state.branches[branch] = id
        return id
    }

    func references(of remote: GitRemote) async throws(GitError) -> RemoteReferences {
        var references = RemoteReferences()
        state.withLock { state in
            references.branches = state.branches
            (references.headBranch, references.head) = (state.head, state.branches[state.head])
        }
        return references
    }

    func fetch(_ commit: GitCommitID, from remote: GitRemote, depth: Int) async throws(GitError) {
        guard state.withLock({ $0.commits[commit] }) != nil else { throw GitError(.notFound, "no commit \(commit)") }
    }

    func commit(_ commit: GitCommitID) async throws(GitError) -> GitCommit {
        GitCommit(id: commit, subject: "", author: "")
    }

    func files(of commit: GitCommitID, below path: String, maxBytes: Int) async throws(GitError) -> [GitFile] {
        let files = state.withLock { $0.commits[commit] } ?? [:]
        return files.sorted { $0.key < $1.key }.filter { path == "." || $0.key.hasPrefix(path + "/") }
            .map { GitFile(path: $0.key, bytes: $0.value) }
    }

    func verify(_ commit: GitCommitID, signers: GitSigners) async throws(GitError) -> GitSignature {
        throw GitError(.unverified, "nobody signs here")
    }

    func push(_ change: GitChange, to remote: GitRemote) async throws(GitError) -> GitCommitID {
        let result = state.withLock { state -> Result<GitCommitID, GitError> in
            if let refusal = state.refusal { return .failure(refusal) }
            guard state.branches[change.branch] == change.expected, let files = state.commits[change.parent] else {
                return .failure(GitError(.rejected, "the branch has moved"))
            }
            state.pushes.append(change)
            return .success(ImageRemote.add(files.merging(change.contents) { $1 }, to: change.branch, &state))
        }
        return try result.get()
    }
}
