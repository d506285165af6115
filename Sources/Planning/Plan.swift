public import Ambient
public import InfraAPI

/// What is to be done for one set now, and why the rest has to wait. The result of `Planner.plan`, which is pure.
public struct Plan: Sendable, Hashable {
    /// In the order in which they are applied.
    public var steps: [PlannedStep]
    public var waits: [SlotWait]
    /// The set's status as it should be stored.
    public var status: InstanceSetStatus
    /// When to plan again if nothing happens before.
    public var wakeAt: Timestamp?

    public init(steps: [PlannedStep] = [], waits: [SlotWait] = [], status: InstanceSetStatus, wakeAt: Timestamp? = nil)
    {
        self.steps = steps
        self.waits = waits
        self.status = status
        self.wakeAt = wakeAt
    }
}

/// One step with its reason (law L9).
public struct PlannedStep: Sendable, Hashable {
    public var step: Step
    /// nil: the set as a whole.
    public var slot: Int?
    public var reason: Reason
    public var message: String

    public init(_ step: Step, slot: Int?, _ reason: Reason, _ message: String) {
        self.step = step
        self.slot = slot
        self.reason = reason
        self.message = message
    }
}

/// One effect or one change of a record. `Controllers` switches over all of them, exhaustively.
public enum Step: Sendable, Hashable {
    case addFinalizer
    case removeFinalizer
    /// Effect: resolve the template's image; brings a `ResolvedRevision`.
    case resolveTemplate
    /// Record: freeze the resolved template in a Revision.
    case createRevision(RevisionSpec)
    case recordVerdict(revision: String, RevisionStatus)
    /// Record: the last proven revision takes the place of a rejected one. The set's status has it; this is what is told of it.
    case rollBack(from: String, to: String)
    case deleteRevision(String)
    /// Effect: make the image present.
    case prepareImage(String)

    /// Record: a volume for the slot's claim.
    case createVolume(name: String, VolumeSpec)
    /// Record: the slot's orphan comes back to it.
    case bindVolume(name: String)
    /// Record: another set's orphan gets a place here, with its data.
    case adoptVolume(name: String, VolumeClaimReference)
    /// Effect: grow the volume, in use or not.
    case resizeVolume(name: String, Quantity)
    case recordResized(volume: String, Quantity)
    /// Effect: make the volume at the provider (or find it there).
    case provisionVolume(name: String)
    case recordProvisioned(volume: String, ProvisionedVolume)
    /// Record: the volume leaves its slot, with its data.
    case orphanVolume(name: String)
    /// Record: a copy of the volume is asked for.
    case createSnapshot(name: String, SlotSnapshotSpec)
    /// Record: an orphan has no place any more: another volume gets it.
    case displaceVolume(name: String)
    /// Nothing but the word: what a person asked for is not done.
    case refuseRestore
    /// Record: who may write from now on; stored before the effect that attaches.
    case attachVolumes([String], instance: String, uid: String, epoch: Int)
    /// Record: the receipt that the attachment is over.
    case detachVolumes([String], DetachReceipt)
    /// Record: what became of a VolumeForceDetach.
    case answerForceDetach(String, VolumeForceDetachStatus)
    /// Record: how long the slot's data had no writer that was ready.
    case recordGap(volumes: [String], epoch: Int, milliseconds: Int)

    /// Record: a new occupant, which is the intent to launch it (no volumes) or to create it (volumes).
    case createInstance(InstanceSpec)
    /// Record: an ownerless instance of this set's name becomes its occupant.
    case adoptInstance(String)
    /// Record: status as absorbed from facts.
    case recordInstance(String, InstanceStatus)
    /// Record: the intent to take the step; then its effect.
    case intend(instance: String, InstanceStep.Name)
    /// Record: deletionTimestamp, which is the intent to retire it (no volumes) or to destroy it (volumes).
    case deleteInstance(String)
    /// Effect: execute what the record intends.
    case execute(instance: String, InstanceStep.Name)
    /// Record: the finalizer goes, and the record with it.
    case forgetInstance(String)
}

/// Why a step is taken: the code; the sentence stands beside it.
public enum Reason: String, Sendable, Hashable, CaseIterable {
    case initial = "Initial"
    case newRevision = "NewRevision"
    case restarted = "Restarted"
    case superseded = "Superseded"
    case died = "Died"
    case killed = "Killed"
    case lost = "Lost"
    case notLive = "NotLive"
    case startRefused = "StartRefused"
    case couldNotTry = "CouldNotTry"
    case scaledUp = "ScaledUp"
    case scaledDown = "ScaledDown"
    case setDeleted = "SetDeleted"
    case deletionRequested = "DeletionRequested"
    case replaced = "Replaced"
    case resumed = "Resumed"
    case handover = "Handover"
    case stopOverdue = "StopOverdue"
    case observed = "Observed"
    case templateChanged = "TemplateChanged"
    case resolveRequested = "ResolveRequested"
    case volumeReturned = "VolumeReturned"
    case volumeNeeded = "VolumeNeeded"
    case volumeReleased = "VolumeReleased"
    case volumeAdopted = "VolumeAdopted"
    case volumeGrows = "VolumeGrows"
    case snapshotWanted = "SnapshotWanted"
    case restoreRequested = "RestoreRequested"
    case restoreRefused = "RestoreRefused"
    case historyLimit = "HistoryLimit"
    case proven = "Proven"
    case rejected = "Rejected"
    case rolledBack = "RolledBack"
    case retryRequested = "RetryRequested"
    case deadlineExceeded = "ProgressDeadlineExceeded"
    case adopted = "Adopted"
    case forceDetached = "ForceDetached"
    case forceDetachRefused = "ForceDetachRefused"
}

/// A slot (or the set) that is not where it should be and has to wait: law L5's closed list.
public struct SlotWait: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        case resolvingImage = "ResolvingImage"
        case imageUnavailable = "ImageUnavailable"
        case preparingImage = "PreparingImage"
        case provisioningVolume = "ProvisioningVolume"
        case resizingVolume = "ResizingVolume"
        case snapshotting = "Snapshotting"
        case volumeHeld = "VolumeHeld"
        case budgetExhausted = "BudgetExhausted"
        case starting = "Starting"
        case notReady = "NotReady"
        case minReady = "MinReadySeconds"
        case stopping = "Stopping"
        case awaitingReceipt = "AwaitingReceipt"
        case crashLooping = "CrashLooping"
        case couldNotTry = "CouldNotTry"
        case progressDeadlineExceeded = "ProgressDeadlineExceeded"
        case rolledBack = "RolledBack"
        case rejected = "Rejected"
        case paused = "Paused"
        case partitioned = "Partitioned"
        case providerUnreachable = "ProviderUnreachable"
        case providerIdentityChanged = "ProviderIdentityChanged"
        case providerMissing = "ProviderMissing"
        case foreignInstallation = "ForeignInstallation"
        case terminating = "Terminating"
        case orphaning = "Orphaning"
    }

    public var slot: Int?
    public var reason: Reason
    public var message: String

    public init(slot: Int?, _ reason: Reason, _ message: String) {
        self.slot = slot
        self.reason = reason
        self.message = message
    }
}
