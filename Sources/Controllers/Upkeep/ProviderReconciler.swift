import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Keeps a Provider's status: who it is, what it can do, and what it holds that no record knows (law L6).
struct ProviderReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let providers: ProviderRegistry
    let time: any TimeSource
    let unknownLimit = 100

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        guard var object = caches.providers.get(key), let agent = providers.agent(named: key.name) else { return .done }
        let before = object.status
        let description = agent.description
        let view = agent.view
        if let description, view.health == .reachable {
            object.status.identity = object.status.identity ?? description.identity
            object.status.version = description.version
            object.status.capabilities = description.capabilities
            object.status.unknownObjects = unknownObjects(agent)
        }
        object.status.conditions.set(ready(view.health, object.metadata.generation))
        guard object.status != before else { return .done }
        do throws(APIStatus) {
            caches.providers.absorb(written: try await client.updateStatus(object))
            return .done
        } catch {
            return error.isConflict || error.isNotFound ? .requeue(after: .milliseconds(100)) : .failed(error)
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

    private func unknownObjects(_ agent: ProviderAgent) -> [UnknownObject] {
        let instances = Set(caches.instances.list().map(\.uid))
        let volumes = Set(caches.volumes.list().map(\.uid))
        var unknown: [UnknownObject] = []
        for instance in agent.mirror.instances where !instances.contains(instance.uid) {
            unknown.append(
                UnknownObject(
                    kind: "Instance", id: instance.providerID, name: instance.name, set: instance.set,
                    slot: instance.slot,
                    uid: instance.uid))
        }
        for volume in agent.mirror.volumes where !volumes.contains(volume.uid) {
            unknown.append(
                UnknownObject(
                    kind: "Volume", id: volume.providerID, name: volume.providerID, set: volume.set, slot: volume.slot,
                    uid: volume.uid))
        }
        return Array(unknown.prefix(unknownLimit))
    }
}

extension UnknownObject {
    init(kind: String, id: String, name: String, set: String?, slot: Int?, uid: String?) {
        self.init()
        self.kind = kind
        self.id = id
        self.name = name
        self.set = set
        self.slot = slot
        self.uid = uid
    }
}
