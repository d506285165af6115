public import Ambient
public import ControllerRuntime
public import GitClient
public import ImageRegistry
import InfraAPI
public import Logging
public import ResourceAPI
public import Telemetry

/// The controllers of GitSources: they make repositories the desired state, each as an identity of its own.
public final class GitOpsControllers: Sendable {
    /// Calls of git to one server at the same time.
    private static let callsPerServer = 4

    private let client: any ResourceClient
    private let caches: SourceCaches
    private let controller: Controller<NamespacedName>
    private let operations: BackgroundOperations<RepositoryReport>
    private let events: EventRecorder
    private let facts: FactKeeper
    private let imageUpdates: ImageUpdateController?
    private let retainMirrors: @Sendable (Set<String>) async -> Void
    private let departed = Signal()
    private let surroundings: Surroundings
    private let logger: Logger

    /// - Parameters:
    ///   - client: the controllers' own: for GitSources, PruneApprovals, Events, and to watch.
    ///   - acting: a client with no other rights than a GitSource's own: everything that is read and written for a repository
    ///     goes through it.
    ///   - repositories: our copy of a source's repository, by the source's uid.
    ///   - retainMirrors: told the uids of all sources that there are; copies of others may be deleted.
    ///   - fileRoots: directories below which `file://` URLs may lie.
    ///   - builder: of kustomizations; nil: they are refused.
    ///   - registry: whom image updates ask; nil: nobody looks for newer images.
    ///   - metrics: where reconciles and queues are counted; nil: nowhere.
    public init(
        client: any ResourceClient, acting: @escaping @Sendable (NamespacedName) -> any ResourceClient,
        repositories: @escaping @Sendable (_ uid: String) -> any GitRepository,
        retainMirrors: @escaping @Sendable (_ uids: Set<String>) async -> Void = { _ in }, fileRoots: [String] = [],
        builder: KustomizationBuilder? = nil, registry: (any RegistryReading)? = nil, _ surroundings: Surroundings,
        logger: Logger, metrics: MetricRegistry? = nil
    ) {
        let (caches, facts) = (SourceCaches(), FactKeeper())
        let queue = LateQueue()
        let operations = BackgroundOperations<RepositoryReport>(defaultLimit: GitOpsControllers.callsPerServer) {
            queue.add($0)
        }
        let events = EventRecorder(client, component: "immd", surroundings, logger: logger)
        let access = RemoteAccess(acting: acting, fileRoots: fileRoots)
        let reconciler = SourceReconciler(
            client: client, caches: caches, facts: facts, operations: operations,
            work: RepositoryWork(
                access: access, repositories: repositories, builder: builder, time: surroundings.time),
            events: events, surroundings: surroundings)
        imageUpdates = registry.map { registry in
            ImageUpdateController(
                client: client, sources: caches.sources,
                work: ImageUpdateWork(registry: registry, repositories: repositories, access, surroundings.time),
                events: events, surroundings, logger: logger, metrics: metrics)
        }
        controller = Controller(
            "gitsources", backoff: Backoff.Policy(maximum: .seconds(60)), surroundings, logger: logger, metrics: metrics
        ) { key, logger in
            await reconciler.reconcile(key, logger)
        }
        queue.set(controller.queue)
        self.client = client
        self.caches = caches
        self.operations = operations
        self.events = events
        self.facts = facts
        self.retainMirrors = retainMirrors
        self.surroundings = surroundings
        self.logger = logger
        connect()
    }

    /// What the controller has done so far.
    public var counters: ControllerCounters { controller.counters }

    /// Runs until the task is cancelled. Nothing is decided before every cache is filled, the sources' first: an inventory
    /// that is read is never newer than the objects it is compared with.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await Reflector(self.client, into: self.caches.sources, self.surroundings, logger: self.logger).run()
            }
            group.addTask {
                await Reflector(self.client, into: self.caches.approvals, self.surroundings, logger: self.logger).run()
            }
            if let imageUpdates { group.addTask { await imageUpdates.run() } }
            group.addTask { await self.events.run() }
            group.addTask { await self.operations.run() }
            group.addTask {
                guard await self.caches.waitForSources() else { return }
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.caches.mirror.run(self.client, self.surroundings, self.logger) }
                    group.addTask {
                        guard await self.caches.mirror.waitUntilSynced() else { return }
                        await self.controller.run()
                    }
                    group.addTask { await self.cleanUp() }
                }
            }
        }
    }

    /// Copies of repositories whose sources are gone: at the start, and whenever one goes.
    private func cleanUp() async {
        while !Task.isCancelled {
            let uids = Set(caches.sources.list().map(\.uid))
            facts.retain(uids)
            await retainMirrors(uids)
            await departed.wait()
        }
    }

    // Which change queues which source.

    private func connect() {
        let (queue, caches, facts, departed) = (controller.queue, caches, facts, departed)
        caches.sources.onChange { change in
            queue.add(NamespacedName(change.object))
            for dependent in caches.dependents(of: change.object) { queue.add(NamespacedName(dependent)) }
            if change.new == nil || change.new?.uid != change.old?.uid, change.old != nil { departed.raise() }
        }
        caches.approvals.onChange { change in
            queue.add(NamespacedName(namespace: change.object.namespace, name: change.object.spec.source))
        }
        caches.mirror.onChange { old, new in
            guard let object = new ?? old else { return }
            if old?.isAsGood(as: new) != true {
                for source in caches.sources(of: object.id) { queue.add(NamespacedName(source)) }
            }
            // Rights and credentials that were missing may be there now, and so may a namespace.
            guard old?.mark != new?.mark, let scope = object.id.scopeOfConsequences else { return }
            for source in caches.sources.list(in: scope.namespace) {
                facts.hurry(source.uid)
                queue.add(NamespacedName(source))
            }
        }
    }
}

extension ObjectSummary {
    /// Whether a plan comes out the same.
    fileprivate func isAsGood(as other: ObjectSummary?) -> Bool {
        guard let other, uid == other.uid, mark == other.mark, isTerminating == other.isTerminating else {
            return false
        }
        switch (health, other.health) {
        case (.healthy, .healthy), (.progressing, .progressing), (.stalled, .stalled): return true
        default: return health == other.health
        }
    }
}

/// The sources of one namespace, or all.
private struct Scope {
    let namespace: String?
}

extension ObjectID {
    /// Whose troubles a change of it may end: nil for most kinds: nobody's.
    fileprivate var scopeOfConsequences: Scope? {
        switch kind {
        case RoleBinding.resourceType.kind, Secret.resourceType.kind: Scope(namespace: namespace)
        case Namespace.resourceType.kind: Scope(namespace: nil)
        default: nil
        }
    }
}

/// The queue of the controller, which the operations need before there is one.
private final class LateQueue: Sendable {
    private let queue = Guarded<WorkQueue<NamespacedName>?>(nil)

    func set(_ value: WorkQueue<NamespacedName>) { queue.withLock { $0 = value } }
    func add(_ key: NamespacedName) { queue.withLock { $0 }?.add(key) }
}
