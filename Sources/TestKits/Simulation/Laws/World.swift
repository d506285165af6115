public import InfraAPI
import ObjectStore
import ProviderInterface

/// Everything that the laws are read from: what is stored, what the engine holds, and when.
public struct World: Sendable {
    public internal(set) var uptime = Duration.zero
    public internal(set) var now = Simulation.start
    /// By uid, as the other records.
    public internal(set) var sets: [String: InstanceSet] = [:]
    public internal(set) var revisions: [String: Revision] = [:]
    public internal(set) var instances: [String: Instance] = [:]
    public internal(set) var volumes: [String: Volume] = [:]
    public internal(set) var snapshots: [String: SlotSnapshot] = [:]
    public internal(set) var providers: [String: ProviderObject] = [:]
    public internal(set) var forceDetaches: [String: VolumeForceDetach] = [:]
    public internal(set) var engine = EngineState(identity: "")
    /// Data roots that are not there now, and may come back.
    public internal(set) var shelvedRoots: [EngineState] = []
    /// Instances that a person has deleted.
    var releasedByUsers: Set<String> = []

    /// The instances of a set, in order of their names.
    public func instances(of set: InstanceSet) -> [Instance] {
        instances.values.filter { $0.namespace == set.namespace && $0.spec.set == set.name }
            .sorted { $0.name < $1.name }
    }

    /// The set of an instance, if it is still there.
    public func set(of instance: Instance) -> InstanceSet? {
        sets.values.first { $0.namespace == instance.namespace && $0.name == instance.spec.set }
    }

    /// The record of a volume at the engine, by the uid that it has there.
    func volume(object uid: String) -> Volume? {
        volumes[uid] ?? volumes.values.first { $0.objectUID == uid }
    }

    /// Whether a volume of this instance was taken from it by force.
    func isDispossessed(_ instance: Instance) -> Bool {
        volumes.values.contains { volume in
            volume.status.receipts.contains { $0.proof == .forced && $0.instanceUID == instance.uid }
        }
    }

    /// Whether an object of this instance is at the provider or in a data root of it that is not there now. One that was made
    /// after its caller had given up does not count: nobody could see it come.
    func stands(_ uid: String) -> Bool {
        ([engine] + shelvedRoots).contains { root in
            root.sortedInstances.contains { $0.observed.uid == uid && !$0.isLate }
        }
    }

    mutating func take(_ change: RecordChange) {
        let record = change.after ?? change.before
        switch record {
        case .set(let set): sets[set.uid] = change.after == nil ? nil : set
        case .revision(let revision): revisions[revision.uid] = change.after == nil ? nil : revision
        case .instance(let instance): instances[instance.uid] = change.after == nil ? nil : instance
        case .volume(let volume): volumes[volume.uid] = change.after == nil ? nil : volume
        case .snapshot(let snapshot): snapshots[snapshot.uid] = change.after == nil ? nil : snapshot
        case .provider(let provider): providers[provider.uid] = change.after == nil ? nil : provider
        case .forceDetach(let request): forceDetaches[request.uid] = change.after == nil ? nil : request
        case nil: break
        }
    }
}

/// A stored object of the kinds that laws speak of.
public enum StoredRecord: Sendable {
    case set(InstanceSet)
    case revision(Revision)
    case instance(Instance)
    case volume(Volume)
    case snapshot(SlotSnapshot)
    case provider(ProviderObject)
    case forceDetach(VolumeForceDetach)

    /// nil: another kind, or an object that cannot be read.
    init?(_ object: StoredObject) {
        switch object.key.resource {
        case InstanceSet.resourceType.key:
            guard let set = try? InstanceSet(json: object.body) else { return nil }
            self = .set(set)
        case Revision.resourceType.key:
            guard let revision = try? Revision(json: object.body) else { return nil }
            self = .revision(revision)
        case Instance.resourceType.key:
            guard let instance = try? Instance(json: object.body) else { return nil }
            self = .instance(instance)
        case Volume.resourceType.key:
            guard let volume = try? Volume(json: object.body) else { return nil }
            self = .volume(volume)
        case SlotSnapshot.resourceType.key:
            guard let snapshot = try? SlotSnapshot(json: object.body) else { return nil }
            self = .snapshot(snapshot)
        case ProviderObject.resourceType.key:
            guard let provider = try? ProviderObject(json: object.body) else { return nil }
            self = .provider(provider)
        case VolumeForceDetach.resourceType.key:
            guard let request = try? VolumeForceDetach(json: object.body) else { return nil }
            self = .forceDetach(request)
        default: return nil
        }
    }
}

/// One change of a record by one commit.
public struct RecordChange: Sendable {
    public let before: StoredRecord?
    public let after: StoredRecord?

    var isHandover: Bool {
        guard case .volume(let old) = before, case .volume(let new) = after else { return false }
        return new.status.attachment != nil && new.status.attachment != old.status.attachment && old.status.epoch > 0
    }
}
