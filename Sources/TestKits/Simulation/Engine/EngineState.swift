import Ambient
public import InfraAPI
public import ProviderInterface

/// What the simulated engine holds, and its rules, as a value. Illegal calls throw as a real engine would, and are kept as
/// violations of the laws.
public struct EngineState: Sendable {
    /// One instance's object.
    public struct Instance: Sendable, Hashable {
        public var observed: ObservedInstance
        public var fenceVolumeUID: String?
        public var image: SimulatedImage
        /// Counts the engine's objects; addresses and ports are made from it.
        public var number: Int
        /// As the template asks for them.
        public var ports: [Port]
        public var startCount = 0
        /// Whether it is somebody else's: not shown, never to be touched.
        public var isForeign = false
        /// Whether it came after its caller had given up: then it may be left without a record, as an Unknown object.
        public var isLate = false
        /// Whether a person made it, with our labels and without a record: it is shown, and is nobody's to touch but theirs.
        public var isHandMade = false
        /// Uptime at which it was started.
        public var startedUptime: Duration?
        /// Volumes that it needs to be of use, where they are plugged in.
        var neededVolumes = 0
        /// Epoch of the call that made it.
        var madeEpoch = 0
        /// Uptime at which it got the last of its volumes.
        var mountedUptime: Duration?
        /// Volumes that came after whoever sent them had given up.
        var lateVolumes: Set<String> = []

        public var isRunning: Bool { observed.state == .running }
    }

    public struct Volume: Sendable, Hashable {
        public var observed: ObservedVolume
        public var highestEpoch = 0
        /// Whose attachment that was.
        var highestHolder: String?
        public var size: Quantity?
        public var isForeign = false
        /// What is on it: number of the last write, of all that the engine has seen; 0 is blank. An instance writes when it starts
        /// and when it ends.
        public var content = 0

        mutating func attached(to handle: InstanceHandle) {
            guard handle.epoch > highestEpoch else { return }
            highestEpoch = handle.epoch
            highestHolder = handle.uid
        }
    }

    public struct Snapshot: Sendable, Hashable {
        public var observed: ObservedSnapshot
        public var volumeUID: String
        public var content: Int
    }

    public internal(set) var identity: String
    /// How volumes get to instances here.
    public let attachMode: ProviderCapabilities.AttachMode
    /// By the engine's own id.
    public internal(set) var instances: [String: Instance] = [:]
    /// By uid.
    public internal(set) var volumes: [String: Volume] = [:]
    /// Copies of volumes.
    public internal(set) var snapshots: [SnapshotHandle: Snapshot] = [:]
    /// Counts what instances wrote.
    var writes = 0
    /// Volumes that were deleted.
    public internal(set) var deletedVolumes: Set<String> = []
    public internal(set) var violations: [LawViolation] = []
    /// Grows with every change.
    public internal(set) var version = 0
    /// Who ran with a volume, and when: the log that L2 is read from.
    public internal(set) var mayRunLog: [MayRunEntry] = []
    var nextID = 1
    /// Instances that people will put on the next volumes that come free, the first one first.
    var handsWaiting: [HandMade] = []

    /// `uid` ran with `volumeUID` from this time; until `ended`.
    public struct MayRunEntry: Sendable, Hashable {
        public let volumeUID: String
        public let uid: String
        public let epoch: Int
        public let began: Duration
        public var ended: Duration?
    }

    init(identity: String, attachMode: ProviderCapabilities.AttachMode = .atCreation) {
        self.identity = identity
        self.attachMode = attachMode
    }

    /// Instances in the order of their ids.
    public var sortedInstances: [Instance] {
        instances.values.sorted { $0.observed.providerID < $1.observed.providerID }
    }

    /// The deterministic name: the fence follows the volume.
    static func name(of handle: InstanceHandle) -> String { "imm_sim_\(handle.fenceVolumeUID ?? handle.uid)" }

    /// The instance that a handle means: by the engine's id, else by name and uid.
    func find(_ handle: InstanceHandle) -> Instance? {
        if let id = handle.providerID {
            guard let instance = instances[id], instance.observed.uid == handle.uid else { return nil }
            return instance
        }
        let name = EngineState.name(of: handle)
        return sortedInstances.first { $0.observed.name == name && $0.observed.uid == handle.uid }
    }

    func observation() -> ProviderObservation {
        let foreign = sortedInstances.filter(\.isForeign).map { ($0.observed.set, "other") }
        var observation = ProviderObservation(
            identity: identity,
            instances: sortedInstances.filter { !$0.isForeign }.map(\.observed).sorted { $0.uid < $1.uid },
            volumes: volumes.values.filter { !$0.isForeign }.map(\.observed).sorted { $0.uid < $1.uid },
            foreignSets: Dictionary(foreign) { first, _ in first })
        observation.snapshots = sortedSnapshots.map(\.observed)
        return observation
    }

    var sortedSnapshots: [Snapshot] {
        snapshots.values.sorted {
            ($0.observed.handle.uid, $0.observed.handle.attempt) < ($1.observed.handle.uid, $1.observed.handle.attempt)
        }
    }

    /// Instances that hold a volume, running or not.
    func holders(of volumeUID: String) -> [Instance] {
        sortedInstances.filter { $0.observed.volumeUIDs.contains(volumeUID) }
    }

    mutating func violate(_ law: LawViolation.Law, at time: Duration, _ objects: [String], _ message: String) {
        violations.append(LawViolation(law, at: time, objects: objects, message))
    }
}
