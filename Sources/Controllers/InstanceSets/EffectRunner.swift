import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Begins effects as bounded background operations, one at a time on an instance, and collects what they brought.
final class EffectRunner: Sendable {
    private let operations: BackgroundOperations<EffectOutcome>
    private let memory: EffectMemory
    private let caches: ResourceCaches
    private let providers: ProviderRegistry
    private let client: any ResourceClient
    private let installation: Installation
    private let time: any TimeSource
    private let keys = Guarded<[OperationKey: EffectKey]>([:])

    init(
        operations: BackgroundOperations<EffectOutcome>, memory: EffectMemory, caches: ResourceCaches,
        providers: ProviderRegistry, client: any ResourceClient, installation: Installation, time: any TimeSource
    ) {
        self.operations = operations
        self.memory = memory
        self.caches = caches
        self.providers = providers
        self.client = client
        self.installation = installation
        self.time = time
    }

    /// Takes the results of ended effects into the memory.
    func collectResults(of set: NamespacedName) {
        for (operation, result) in operations.takeResults(for: set) {
            guard let key = keys.withLock({ $0.removeValue(forKey: operation) }) else { continue }
            switch result {
            case .finished(let outcome): memory.end(key, of: set, outcome, at: time.now)
            case .neverBegan: memory.cancel(key, of: set)
            }
        }
    }

    func begin(_ step: InstanceStep.Name, on instance: Instance, _ observation: SetObservation) {
        guard let agent = providers.agent(named: instance.spec.provider) else { return }
        let revision = observation.revisions.first { $0.metadata.name == instance.spec.revision }
        let volumes = observation.volumes.map(\.record)
        let effect = InstanceEffect(
            instance: instance, setName: NamespacedName(observation.set).description, revision: revision,
            volumes: InstanceEffect.mounted(by: instance, revision, volumes), agent: agent, client: client, time: time)
        start(.instance(uid: instance.uid, step), NamespacedName(observation.set), limit: agent.name) {
            await agent.withBusy(instance.uid) { await effect.run(step) }
        }
    }

    func beginResolution(_ observation: SetObservation) {
        guard let agent = providers.agent(named: observation.provider.name) else { return }
        let set = observation.set
        let effect = TemplateResolution(
            set: set, templateHash: observation.templateHash, agent: agent, client: client, installation: installation)
        start(
            .resolution(templateHash: observation.templateHash, token: set.resolveToken), NamespacedName(set),
            limit: agent.name
        ) { await effect.run() }
    }

    func beginPreparation(_ image: String, _ observation: SetObservation) {
        guard let agent = providers.agent(named: observation.provider.name) else { return }
        start(.image(image), NamespacedName(observation.set), limit: "\(agent.name) images") {
            do throws(ProviderError) {
                try await agent.provider.prepare(image: image)
                return .prepared
            } catch { return EffectOutcome(error) }
        }
    }

    /// - Parameter volume: with the intent stored, where it is made from a copy.
    func beginProvisioning(_ volume: Volume, _ observation: SetObservation) {
        guard let agent = providers.agent(named: volume.spec.provider) else { return }
        let set = NamespacedName(observation.set)
        let effect = VolumeProvisioning(
            volume: volume, set: set, source: source(of: volume), epochFloor: epochFloor(of: volume),
            identity: observation.provider.identity,
            image: observation.images.filter { $0.value == .succeeded(Nothing()) }.keys.min(), agent: agent)
        start(.volume(uid: volume.uid), set, limit: agent.name) { await effect.run() }
    }

    /// The newest epoch of which there is a copy of this place: what gave its place to the volume was copied last.
    private func epochFloor(of volume: Volume) -> Int {
        guard volume.spec.source != nil, let claim = volume.spec.claim else { return 0 }
        return caches.snapshots.list().filter { $0.namespace == volume.namespace && $0.status.claim == claim }
            .compactMap(\.status.epoch).max() ?? 0
    }

    private func source(of volume: Volume) -> SlotSnapshot? {
        guard let source = volume.spec.source else { return nil }
        let found = caches.snapshots.get(NamespacedName(namespace: volume.namespace, name: source.snapshot))
        return found?.uid == source.snapshotUID ? found : nil
    }

    func beginResizing(_ name: String, to size: Quantity, _ observation: SetObservation) {
        guard let volume = observation.volumes.first(where: { $0.record.metadata.name == name })?.record,
            let agent = providers.agent(named: volume.spec.provider)
        else { return }
        start(.resizing(uid: volume.uid), NamespacedName(observation.set), limit: agent.name) {
            do throws(ProviderError) {
                try await agent.provider.resizeVolume(VolumeHandle(uid: volume.objectUID), to: size)
                return .resized(size)
            } catch { return EffectOutcome(error) }
        }
    }

    /// Effects on one object exclude each other: what is under way ends first, and its end queues the set again.
    private func start(
        _ key: EffectKey, _ set: NamespacedName, limit: String, _ effect: @escaping @Sendable () async -> EffectOutcome
    ) {
        let operation = key.operation(of: set)
        guard !operations.underWay(of: set).contains(where: { $0.uid == operation.uid }) else { return }
        keys.withLock { $0[operation] = key }
        memory.begin(key, of: set)
        if !operations.start(operation, limit: limit, effect) { memory.cancel(key, of: set) }
    }
}

extension EffectOutcome {
    /// The error's code decides whether the effect is tried again, or the instance is, or the revision is to blame.
    init(_ error: ProviderError) {
        let kind: EffectFailure.Class =
            switch error.code {
            case .unreachable, .unknownOutcome, .identityMismatch, .cancelled, .nameTaken, .volumeInUse,
                .detachRefused:
                .tryAgain
            case .startRefused: .blamesRevision
            // It ran, and nothing is known of how it ended.
            case .alreadyExited: .couldNotTry
            case .notFound, .imageNotFound, .pullFailed, .portTaken, .quota, .engineFailed, .notSupported: .couldNotTry
            }
        self = .failed(kind, reason: error.code.rawValue, message: error.message)
    }
}
