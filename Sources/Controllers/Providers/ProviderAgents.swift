import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ProviderInterface

/// Runs one agent for each Provider object, from its first sight until it is gone.
final class ProviderAgents: Sendable {
    private let registry: ProviderRegistry
    private let caches: ResourceCaches
    private let factory: ControllerSet.ProviderFactory
    private let operations: BackgroundOperations<EffectOutcome>
    private let surroundings: Surroundings
    private let logger: Logger
    private let sets: WorkQueue<NamespacedName>
    private let providers: WorkQueue<NamespacedName>
    private let news = Signal()

    init(
        registry: ProviderRegistry, caches: ResourceCaches, factory: @escaping ControllerSet.ProviderFactory,
        operations: BackgroundOperations<EffectOutcome>, surroundings: Surroundings, logger: Logger,
        sets: WorkQueue<NamespacedName>, providers: WorkQueue<NamespacedName>
    ) {
        self.registry = registry
        self.caches = caches
        self.factory = factory
        self.operations = operations
        self.surroundings = surroundings
        self.logger = logger
        self.sets = sets
        self.providers = providers
    }

    func changed() { news.raise() }

    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for object in caches.providers.list() where registry.agent(named: object.name) == nil {
                    guard let provider = factory(object) else { continue }
                    let agent = agent(object, provider)
                    operations.setLimit(object.name, max(1, object.spec.maxConcurrentOperations))
                    operations.setLimit("\(object.name) images", 2)
                    registry.add(agent)
                    group.addTask { await self.follow(agent) }
                }
                await news.wait()
            }
        }
    }

    /// Runs an agent while its Provider object is there.
    private func follow(_ agent: ProviderAgent) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await agent.run() }
            group.addTask { await agent.runReads() }
            group.addTask { await agent.runRelists() }
            await group.waitForAll()
        }
    }

    private func agent(_ object: ProviderObject, _ provider: any Provider) -> ProviderAgent {
        let name = object.name
        let (caches, sets, providers) = (caches, sets, providers)
        return ProviderAgent(
            name: name, provider: provider, recordedIdentity: object.status.identity, surroundings, logger: logger
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
