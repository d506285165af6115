public import Ambient

/// Desired state of a fleet: how many instances, from which template, and how to replace them.
public struct InstanceSet: APIObject {
    public var metadata = ObjectMeta()
    public var spec = InstanceSetSpec()
    public var status = InstanceSetStatus()

    public init() {}
}

public struct InstanceSetSpec: Sendable, Hashable {
    /// 0...10,000. Slots are `0..<replicas`.
    public var replicas = 1
    /// Name of the Provider, immutable once set; nil means the default Provider, resolved once into `status.provider`.
    public var provider: String?
    /// No voluntary step begins while true.
    public var paused = false
    public var minReadySeconds = 0
    public var progressDeadlineSeconds = 600
    public var revisionHistoryLimit = 10
    public var template = InstanceTemplate()
    /// A map by name. One Volume per slot and claim.
    public var volumeClaimTemplates: [VolumeClaimTemplate] = []
    /// Claims that may be missing from `volumeClaimTemplates` though they were there: their volumes are orphaned.
    public var orphanClaims: [String] = []
    /// The set whose orphaned volumes this one takes over, slot by slot: how a set is renamed.
    public var adoptVolumesFrom: VolumeAdoption?
    public var strategy = ReplacementStrategy()
    public var onFailure = FailurePolicy.rollback

    public init() {}
}

/// What happens when the revision that is being rolled out is rejected.
public enum FailurePolicy: String, Sendable, Hashable, CaseIterable {
    /// Back to the last proven revision, without touching `spec`; without one, as `pause`.
    case rollback = "Rollback"
    /// The roll-out stops, and what is there stays.
    case pause = "Pause"
}

public struct ReplacementStrategy: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case rollingReplace = "RollingReplace"
        case recreate = "Recreate"
    }

    public var type = Kind.rollingReplace
    /// Occupants above `replicas`; percentages round up. nil: the planner chooses.
    public var maxSurge: IntOrString?
    /// Available instances that may be missing; percentages round down. nil: the planner chooses.
    public var maxUnavailable: IntOrString?
    /// Slots below this number keep the revision that they have; percentages of replicas round up.
    public var partition: IntOrString?

    public init() {}
}

/// What an instance is made from; frozen, with its image resolved, in a Revision.
public struct InstanceTemplate: Sendable, Hashable {
    public var labels: [String: String] = [:]
    public var annotations: [String: String] = [:]
    public var spec = InstanceTemplateSpec()

    public init() {}
}

public struct VolumeClaimTemplate: Sendable, Hashable {
    public var name = ""
    public var spec = VolumeClaimSpec()

    public init() {}
}

public struct VolumeClaimSpec: Sendable, Hashable {
    /// Bytes, as a quantity. Where a provider cannot limit it, its capability says so.
    public var size = Quantity(bytes: 1 << 30)
    public var accessMode = VolumeAccessMode.readWriteOnce
    public var reclaimPolicy = ReclaimPolicy.retain
    /// Whether the volume is copied before an instance of another revision gets it.
    public var snapshotBeforeReplace = false

    public init() {}
}

/// Whose volumes a set takes over.
public struct VolumeAdoption: Sendable, Hashable {
    /// Name of the other set, in the same namespace; it need not exist any more.
    public var set = ""
    /// Claims, which have the same names in both; empty: all.
    public var claims: [String] = []

    public init() {}
}

public enum VolumeAccessMode: String, Sendable, Hashable, CaseIterable {
    case readWriteOnce = "ReadWriteOnce"
}

public enum ReclaimPolicy: String, Sendable, Hashable, CaseIterable {
    /// Never deleted automatically.
    case retain = "Retain"
    /// Deleted after a grace of accumulated running time once orphaned.
    case delete = "Delete"
}

/// Observed state of a set. Written by the InstanceSet controller alone.
public struct InstanceSetStatus: Sendable, Hashable {
    public var observedGeneration = 0
    /// The Provider that the set runs on, resolved once.
    public var provider: String?
    public var replicas = 0
    public var readyReplicas = 0
    public var updatedReplicas = 0
    public var availableReplicas = 0
    /// Label selector of the instances, as a string, for the scale subresource.
    public var selector = ""
    /// Name of the revision that every slot last ran.
    public var currentRevision: String?
    /// Name of the revision that `spec` resolves to.
    public var updateRevision: String?
    /// Name of the revision that is being rolled out; differs from `updateRevision` only after a rollback.
    public var targetRevision: String?
    /// Name of the revision that every slot last ran for the whole proving window.
    public var lastProvenRevision: String?
    /// SHA-256 of the template as the user wrote it, for which `updateRevision` was resolved: an equal template is not
    /// resolved again.
    public var resolvedTemplateHash: String?
    /// Value of the annotation `imm.dev/resolve` that was last obeyed (`rollout restart --resolve`).
    public var resolveToken: String?
    /// Value of the annotation `imm.dev/retry` that was last obeyed (`rollout retry`).
    public var retryToken: String?
    /// Value of the annotation `imm.dev/restartedAt` that was last taken up (`rollout restart`).
    public var restartToken: String?
    /// Token of the annotation `imm.dev/restore-volumes` that was last taken up (`rollout undo --with-data`).
    public var restoreToken: String?
    /// Why the last such request was refused; nil: it was not.
    public var restoreRefusal: String?
    /// Places that are to get a volume made from a snapshot, and have not yet. Bounded by replicas and claims.
    public var restores: [VolumeRestore] = []
    /// Slots whose occupants failed lately, by slot; the memory of the back-off. Bounded by `replicas`.
    public var slotFailures: [SlotFailure] = []
    public var conditions: [Condition] = []

    public init() {}
}

/// A place that is to get a volume made from a snapshot, in the place of the one that it has.
public struct VolumeRestore: Sendable, Hashable {
    public var slot = 0
    /// Name of the claim.
    public var claim = ""
    /// Name of the volume that is to be orphaned.
    public var volume = ""
    /// Name and uid of the SlotSnapshot.
    public var snapshot = ""
    public var snapshotUID = ""

    public init() {}
}

/// The last failure of a slot on one revision, and how many there were in a row.
public struct SlotFailure: Sendable, Hashable {
    public var slot = 0
    /// Name of the revision that the failures belong to.
    public var revision = ""
    public var reason = ""
    public var message = ""
    public var count = 0
    public var lastFailureAt = Timestamp.epoch

    public init() {}
}
