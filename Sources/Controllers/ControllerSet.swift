public import Ambient
public import ControllerRuntime
public import InfraAPI
public import Logging
public import Planning
public import ProviderInterface
public import ResourceAPI
public import Telemetry

/// All controllers over one client: the composition that the daemon and the simulator share.
public final class ControllerSet: Sendable {
    /// Makes the back end of a Provider object; nil when its type is not served here. Throws when something that it needs is
    /// not there yet, and is asked again.
    public typealias ProviderFactory = @Sendable (ProviderObject) async throws(ProviderError) -> (any Provider)?

    public let caches: ResourceCaches
    public let providers: ProviderRegistry
    public let sets: Controller<NamespacedName>
    let observer: SetObserver
    let client: any ResourceClient
    private let upkeep: [Controller<NamespacedName>]
    private let operations: BackgroundOperations<EffectOutcome>
    private let copyOperations: BackgroundOperations<SnapshotCopies.Outcome>
    private let probes: ProbeRunner
    private let events: EventRecorder
    private let agents: ProviderAgents
    private let reflect: @Sendable () async -> Void
    private let scope: ControllerScope
    private let takingOver: TakingOver

    /// - Parameters:
    ///   - scope: which part of the server is looked after.
    ///   - metrics: where reconciles, queues, handovers and provider calls are counted.
    ///   - planner, snapshotPlanner: move two of a reconcile; others only where deliberate bugs are tried.
    public init(
        client: any ResourceClient, installation: Installation, factory: @escaping ProviderFactory,
        probeTransport: any ProbeTransport, _ surroundings: Surroundings, logger: Logger,
        metrics: MetricRegistry = MetricRegistry(), scope: ControllerScope = .everything,
        planner: @escaping @Sendable (SetObservation) -> Plan = { Planner.plan($0) },
        snapshotPlanner: @escaping @Sendable (SnapshotObservation) -> SnapshotStep = { SnapshotPlanner.plan($0) }
    ) {
        let caches = ResourceCaches()
        let providers = ProviderRegistry(caches: caches)
        let memory = EffectMemory()
        let queues = Queues()
        let operations = BackgroundOperations<EffectOutcome> { queues.sets?.add($0) }
        let probes = ProbeRunner(providers: providers, transport: probeTransport, time: surroundings.time) {
            queues.sets?.add($0)
        }
        let events = EventRecorder(client, component: "immd", surroundings, logger: logger)
        let effects = EffectRunner(
            operations: operations, memory: memory, caches: caches, providers: providers, client: client,
            installation: installation, time: surroundings.time)
        let observer = SetObserver(
            caches: caches, providers: providers, memory: memory, probes: probes, time: surroundings.time)
        let measures = ProviderMeasures(metrics)
        let reconciler = InstanceSetReconciler(
            caches: caches, observer: observer,
            applier: PlanApplier(
                client: client, caches: caches, effects: effects, events: events, surroundings: surroundings,
                measures: measures, unconfirmed: UnconfirmedWrites()),
            effects: effects, memory: memory, probes: probes, time: surroundings.time, planner: planner)
        sets = Controller("instancesets", surroundings, logger: logger, metrics: metrics) { key, logger in
            await reconciler.reconcile(key, logger)
        }
        let time = surroundings.time
        let volumes = VolumeReconciler(
            client: client, caches: caches, providers: providers, events: events, time: time)
        let namespaces = NamespaceReconciler(client: client, caches: caches) {
            Condition(
                type: "NamespaceContentRemaining", status: .true, reason: "SomeResourcesRemain", message: "",
                observedGeneration: nil, at: time.now)
        }
        let providerStatus = ProviderReconciler(
            client: client, caches: caches, providers: providers, events: events, time: time,
            makesNamespaces: !scope.serverHasUpkeep)
        let copyOperations = BackgroundOperations<SnapshotCopies.Outcome>(defaultLimit: SnapshotCopies.limit) {
            queues.snapshots?.add($0)
        }
        let snapshots = SnapshotReconciler(
            client: client, caches: caches, providers: providers,
            copies: SnapshotCopies(operations: copyOperations, time: surroundings.time), events: events, time: time,
            unconfirmed: UnconfirmedWrites(), planner: snapshotPlanner)
        let garbage = GarbageCollector(client: client, caches: caches)
        queues.sets = sets.queue
        let volumeController = Controller<NamespacedName>(
            "volumes", workers: 2, surroundings, logger: logger, metrics: metrics
        ) {
            key, logger in
            await volumes.reconcile(key, logger)
        }
        let snapshotController = Controller<NamespacedName>(
            "snapshots", workers: 2, surroundings, logger: logger, metrics: metrics
        ) {
            key, logger in
            await snapshots.reconcile(key, logger)
        }
        queues.snapshots = snapshotController.queue
        let namespaceController = Controller<NamespacedName>(
            "namespaces", workers: 1, surroundings, logger: logger, metrics: metrics
        ) {
            key, logger in await namespaces.reconcile(key, logger)
        }
        let providerController = Controller<NamespacedName>(
            "providers", workers: 4, surroundings, logger: logger, metrics: metrics
        ) {
            key, logger in await providerStatus.reconcile(key, logger)
        }
        let garbageController = Controller<NamespacedName>(
            "garbage", workers: 1, surroundings, logger: logger, metrics: metrics
        ) {
            _, logger in await garbage.collect(logger)
        }
        upkeep =
            [volumeController, snapshotController, providerController]
            + (scope.serverHasUpkeep ? [] : [namespaceController, garbageController])
        agents = ProviderAgents(
            registry: providers, caches: caches, factory: factory, operations: operations, surroundings: surroundings,
            measures: measures, logger: logger, sets: sets.queue, providers: providerController.queue)
        Wiring(
            caches: caches, sets: sets.queue, volumes: volumeController.queue,
            snapshots: snapshotController.queue, namespaces: namespaceController.queue,
            providers: providerController.queue, garbage: garbageController.queue, agents: agents
        ).connect()
        reflect = { await Wiring.reflect(client, caches, scope, surroundings, logger) }
        self.scope = scope
        takingOver = TakingOver(client: client, caches: caches, surroundings: surroundings, logger: logger)
        self.caches = caches
        self.providers = providers
        self.observer = observer
        self.client = client
        self.operations = operations
        self.copyOperations = copyOperations
        self.probes = probes
        self.events = events
    }

    /// Keeps the caches and what is known of the providers, and does nothing else, until the task is cancelled: for a process
    /// that answers questions (logs, exec, plans) while another one's controllers act. `run` must not be called afterwards: what
    /// was known before a term began counts for nothing in it.
    public func observe() async {
        defer { caches.disconnect() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.reflect() }
            group.addTask {
                guard await self.caches.waitUntilSynced(self.scope) else { return }
                await self.agents.run()
            }
        }
    }

    /// Runs all controllers until the task is cancelled. Nothing is reconciled before every cache is filled.
    ///
    /// - Parameter term: of a server that compares no terms: what is under way is written anew first, see `TakingOver`.
    public func run(takingOver term: LeaderTerm? = nil) async {
        defer { caches.disconnect() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.reflect() }
            group.addTask { await self.operations.run() }
            group.addTask { await self.copyOperations.run() }
            group.addTask { await self.probes.run() }
            group.addTask { await self.events.run() }
            group.addTask {
                guard await self.caches.waitUntilSynced(self.scope) else { return }
                if let term, await !self.takingOver.run(term) { return }
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.agents.run() }
                    group.addTask { await self.sets.run() }
                    for controller in self.upkeep { group.addTask { await controller.run() } }
                }
            }
        }
    }
}

/// The queues that effects and probes need before there are any.
private final class Queues: Sendable {
    private let setQueue = Guarded<WorkQueue<NamespacedName>?>(nil)
    private let snapshotQueue = Guarded<WorkQueue<NamespacedName>?>(nil)

    var sets: WorkQueue<NamespacedName>? {
        get { setQueue.withLock { $0 } }
        set { setQueue.withLock { $0 = newValue } }
    }

    var snapshots: WorkQueue<NamespacedName>? {
        get { snapshotQueue.withLock { $0 } }
        set { snapshotQueue.withLock { $0 = newValue } }
    }
}
