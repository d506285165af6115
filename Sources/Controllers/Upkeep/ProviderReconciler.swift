import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Keeps a Provider's status, and carries out what people ask of it: who it is, what it can do, and what it holds that no
/// record knows (law L6).
struct ProviderReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let providers: ProviderRegistry
    let events: EventRecorder
    let time: any TimeSource
    let makesNamespaces: Bool
    /// How soon a request that could not be carried out is tried again.
    private static let patience = Duration.seconds(5)

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        guard let object = caches.providers.get(key) else { return .done }
        guard let agent = providers.agent(named: key.name) else {
            guard let failure = providers.failure(named: key.name) else { return .done }
            return await write(object) { $0.conditions.set(ready(.missing(failure), object.metadata.generation)) }
        }
        agent.accept(identity: object.metadata.annotations[ProviderObject.adoptAnnotation])
        let connection = agent.stockToTake
        do {
            let isConnected = agent.connectionState.health == .reachable
            if isConnected {
                let stock = ProviderStock(client: client, caches: caches, time: time, makesNamespaces: makesNamespaces)
                try await stock.take(agent, logger)
            }
            let unknown = UnknownObjects(agent, caches)
            let outcome = await write(object) { status in
                report(agent, unknown, &status)
                status.conditions.set(ready(agent.connectionState.health, object.metadata.generation))
            }
            guard case .done = outcome else { return outcome }
            // Sets wait for what an Unknown instance holds before they may plan on the connection.
            agent.setUnknownHolders(isConnected ? unknown.holders : [:])
            if let connection { agent.tookStock(of: connection) }
            return await destroyRequested(object, unknown, agent, logger)
        } catch let error as APIStatus where error.isConflict || error.isNotFound {
            return .requeue(after: .milliseconds(100))
        } catch { return .failed(error) }
    }

    private func write(
        _ object: ProviderObject, _ change: (inout ProviderStatus) -> Void
    ) async -> ReconcileOutcome {
        var changed = object
        change(&changed.status)
        guard changed.status != object.status else { return .done }
        do throws(APIStatus) {
            caches.providers.absorb(written: try await client.updateStatus(changed))
            return .done
        } catch {
            return error.isConflict || error.isNotFound ? .requeue(after: .milliseconds(100)) : .failed(error)
        }
    }

    private func report(_ agent: ProviderAgent, _ unknown: UnknownObjects, _ status: inout ProviderStatus) {
        let (health, identity, former, stranger) = agent.connectionState
        switch health {
        case .reachable:
            guard let description = agent.description else { return }
            status.identity = identity ?? description.identity
            status.formerIdentities = former
            status.foundIdentity = nil
            status.version = description.version
            status.capabilities = description.capabilities
            status.unknownObjects = unknown.listed
        case .identityChanged:
            // Nothing of it is believed, and all of it is Unknown.
            guard let stranger else { return }
            status.foundIdentity = stranger.identity
            status.unknownObjects = UnknownObjects(stranger).listed
        case .unreachable, .foreignInstallation, .missing: return
        }
    }

    private func ready(_ health: ProviderView.Health, _ generation: Int) -> Condition {
        let (status, reason, message): (Condition.Status, String, String) =
            switch health {
            case .reachable: (.true, "Connected", "the provider answers")
            case .unreachable(let why): (.false, "ProviderUnreachable", why)
            case .identityChanged(let why): (.false, "ProviderIdentityChanged", why)
            case .foreignInstallation(let why): (.false, "ForeignInstallation", why)
            case .missing(let why): (.false, "ProviderMissing", why)
            }
        return Condition(
            type: "Ready", status: status, reason: reason, message: message, observedGeneration: generation,
            at: time.now)
    }

    /// What an administrator named by the engine's own id, and what has no record: nothing else is destroyed here.
    private func destroyRequested(
        _ object: ProviderObject, _ unknown: UnknownObjects, _ agent: ProviderAgent, _ logger: Logger
    ) async -> ReconcileOutcome {
        guard let request = object.metadata.annotations[ProviderObject.destroyAnnotation],
            agent.view.health == .reachable
        else { return .done }
        let ids = Set(request.split(separator: ",").map(String.init))
        var isLeft = false
        for instance in unknown.instances where ids.contains(instance.providerID) {
            do {
                // The cache may be behind: a record that was just made stops it.
                guard try await !isRecorded(instance.uid) else { continue }
                try await destroy(instance, object, agent, logger)
            } catch {
                isLeft = true
                logger.warning(
                    "an Unknown object could not be destroyed",
                    metadata: ["object": "\(instance.providerID)", "error": "\(error)"])
            }
        }
        return isLeft ? .requeue(after: ProviderReconciler.patience) : .done
    }

    private func isRecorded(_ uid: String) async throws(APIStatus) -> Bool {
        try await client.list(Instance.self).items.contains { $0.uid == uid }
    }

    private func destroy(
        _ instance: ObservedInstance, _ object: ProviderObject, _ agent: ProviderAgent, _ logger: Logger
    ) async throws(ProviderError) {
        try await agent.provider.destroy(instance.handle)
        let read = try await agent.provider.read(instance.handle)
        guard read.instance == nil else {
            throw ProviderError(.unknownOutcome, "\(instance.name) is still there after it was destroyed")
        }
        agent.mirror.take(nil, uid: instance.uid)
        let message =
            "the Unknown instance \(instance.name) (\(instance.providerID)) of \(instance.set), slot \(instance.slot)"
            + ", epoch \(instance.epoch), was destroyed as an administrator asked"
        events.record(object, .warning, reason: "UnknownDestroyed", message: message)
        logger.notice("an Unknown object was destroyed", metadata: ["object": "\(instance.providerID)"])
        agent.onChange(nil)
    }
}
