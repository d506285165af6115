import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ProviderInterface
import Telemetry

/// Runs one agent for each Provider object, from its first sight until it is gone.
final class ProviderAgents: Sendable {
    private let registry: ProviderRegistry
    private let caches: ResourceCaches
    private let factory: ControllerSet.ProviderFactory
    private let operations: BackgroundOperations<EffectOutcome>
    private let surroundings: Surroundings
    private let measures: ProviderMeasures
    private let logger: Logger
    private let sets: WorkQueue<NamespacedName>
    private let providers: WorkQueue<NamespacedName>
    private let news = Signal()
    private let running = Guarded<[String: Running]>([:])

    private struct Running {
        let uid: String
        let stop: Signal
    }

    init(
        registry: ProviderRegistry, caches: ResourceCaches, factory: @escaping ControllerSet.ProviderFactory,
        operations: BackgroundOperations<EffectOutcome>, surroundings: Surroundings, measures: ProviderMeasures,
        logger: Logger,
        sets: WorkQueue<NamespacedName>, providers: WorkQueue<NamespacedName>
    ) {
        self.registry = registry
        self.caches = caches
        self.factory = factory
        self.operations = operations
        self.surroundings = surroundings
        self.measures = measures
        self.logger = logger
        self.sets = sets
        self.providers = providers
    }

    func changed() { news.raise() }

    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                stopAgentsOfNobody()
                var isComplete = true
                for object in caches.providers.list() where registry.agent(named: object.name) == nil {
                    let provider: (any Provider)?
                    do throws(ProviderError) {
                        provider = try await factory(object)
                        _ = registry.setFailure(nil, named: object.name)
                    } catch {
                        isComplete = false
                        if registry.setFailure(error.message, named: object.name) { tell(object) }
                        continue
                    }
                    guard let provider else { continue }
                    let agent = agent(object, provider)
                    operations.setLimit(object.name, max(1, object.spec.maxConcurrentOperations))
                    operations.setLimit("\(object.name) images", 2)
                    registry.add(agent)
                    let stop = Signal()
                    running.withLock { $0[object.name] = Running(uid: object.uid, stop: stop) }
                    group.addTask { await self.follow(agent, until: stop) }
                }
                if isComplete {
                    await news.wait()
                } else {
                    await news.wait(atMost: ProviderAgents.patience, surroundings.time)
                }
            }
        }
    }

    /// How soon a Provider that could not be set up is tried again.
    private static let patience = Duration.seconds(5)

    private func tell(_ object: ProviderObject) {
        logger.warning("provider cannot be set up", metadata: ["provider": "\(object.name)"])
        providers.add(NamespacedName(name: object.name))
        for set in caches.sets.list() { sets.add(NamespacedName(set)) }
    }

    /// Agents whose Provider is gone, or is another one of the same name.
    private func stopAgentsOfNobody() {
        let uids = Dictionary(uniqueKeysWithValues: caches.providers.list().map { ($0.name, $0.uid) })
        let stopped = running.withLock { running in
            let stopped = running.filter { uids[$0.key] != $0.value.uid }
            for name in stopped.keys { running[name] = nil }
            return stopped
        }
        for (name, agent) in stopped {
            registry.remove(named: name)
            agent.stop.raise()
        }
    }

    private func follow(_ agent: ProviderAgent, until stop: Signal) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await agent.run() }
            group.addTask { await agent.runReads() }
            group.addTask { await agent.runRelists() }
            group.addTask { await stop.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func agent(_ object: ProviderObject, _ provider: any Provider) -> ProviderAgent {
        let name = object.name
        let (caches, sets, providers) = (caches, sets, providers)
        return ProviderAgent(
            name: name,
            provider: MeasuredProvider(base: provider, name: name, measures: measures, time: surroundings.time),
            recordedIdentity: object.status.identity, formerIdentities: object.status.formerIdentities, surroundings,
            logger: logger
        ) { uids in
            guard let uids else {
                providers.add(NamespacedName(name: name))
                for set in caches.sets.list() { sets.add(NamespacedName(set)) }
                return
            }
            let changed = Set(uids)
            var isUnknown = false
            for uid in changed {
                guard let instance = caches.instances.list(index: ResourceCaches.byUID, value: uid).first else {
                    isUnknown = true
                    continue
                }
                sets.add(NamespacedName(namespace: instance.namespace, name: instance.spec.set))
            }
            if isUnknown { providers.add(NamespacedName(name: name)) }
        }
    }
}
