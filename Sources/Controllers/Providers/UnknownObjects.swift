import ControllerRuntime
import InfraAPI
import ProviderInterface

/// What a provider holds of this installation that no record knows (law L6): reported, counted as attachment, and never
/// destroyed by itself.
struct UnknownObjects {
    let instances: [ObservedInstance]
    let volumes: [ObservedVolume]
    var snapshots: [ObservedSnapshot] = []
    private static let limit = 100

    init(_ agent: ProviderAgent, _ caches: ResourceCaches) {
        let known = Set(caches.instances.list().map(\.uid))
        let volumes = Set(caches.volumes.list().map(\.objectUID))
        instances = agent.mirror.instances.filter { !known.contains($0.uid) }
        self.volumes = agent.mirror.volumes.filter { !volumes.contains($0.uid) }
        let copies = Set(caches.snapshots.list().map(\.uid))
        snapshots = agent.mirror.snapshots.filter { !copies.contains($0.handle.uid) }
    }

    /// Everything at an engine that is not the recorded one.
    init(_ stranger: ProviderObservation) {
        (instances, volumes) = (stranger.instances, stranger.volumes)
    }

    /// As the Provider's status lists them.
    var listed: [UnknownObject] {
        let instances = instances.map { instance in
            var object = UnknownObject(
                kind: "Instance", id: instance.providerID, name: instance.name, set: instance.set, slot: instance.slot,
                uid: instance.uid)
            object.epoch = instance.epoch > 0 ? instance.epoch : nil
            return object
        }
        let volumes = volumes.map {
            UnknownObject(
                kind: "Volume", id: $0.providerID, name: $0.providerID, set: $0.set, slot: $0.slot, uid: $0.uid)
        }
        let snapshots = snapshots.map {
            UnknownObject(
                kind: "SlotSnapshot", id: $0.providerID, name: $0.providerID, set: $0.set, slot: $0.slot,
                uid: $0.handle.uid)
        }
        return Array((instances + volumes + snapshots).prefix(UnknownObjects.limit))
    }

    /// The instances by the uid of each volume that they hold.
    var holders: [String: ObservedInstance] {
        var holders: [String: ObservedInstance] = [:]
        for instance in instances {
            for uid in instance.volumeUIDs { holders[uid] = instance }
        }
        return holders
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
