public import Ambient
public import InfraAPI

/// Everything that the next step of one SlotSnapshot is decided on.
public struct SnapshotObservation: Sendable, Hashable {
    public var now: Timestamp
    public var snapshot: SlotSnapshot
    /// The volume of the name that it asks for.
    public var volume: Volume?
    /// The provider of the volume, or of the copy where that is taken.
    public var provider: ProviderView
    /// An instance without a record that holds the volume there.
    public var unknownHolder: String?
    /// How far the copying has come in this process.
    public var copying: Execution<TakenSnapshot>
    /// What still needs the copy, as a sentence; nil: nothing.
    public var need: String?
    /// The other snapshots of the same volume name.
    public var others: [SlotSnapshot]

    public init(
        now: Timestamp, snapshot: SlotSnapshot, volume: Volume?, provider: ProviderView, unknownHolder: String? = nil,
        copying: Execution<TakenSnapshot> = .notStarted, need: String? = nil, others: [SlotSnapshot] = []
    ) {
        self.now = now
        self.snapshot = snapshot
        self.volume = volume
        self.provider = provider
        self.unknownHolder = unknownHolder
        self.copying = copying
        self.need = need
        self.others = others
    }
}

/// A whole copy, as the effect brought it.
public struct TakenSnapshot: Sendable, Hashable {
    public var attempt: Int
    public var providerID: String
    public var providerIdentity: String
    public var contentBytes: Int?
    public var contentEntries: Int?

    public init(
        attempt: Int, providerID: String, providerIdentity: String, contentBytes: Int? = nil, contentEntries: Int? = nil
    ) {
        self.attempt = attempt
        self.providerID = providerID
        self.providerIdentity = providerIdentity
        self.contentBytes = contentBytes
        self.contentEntries = contentEntries
    }
}

/// What is done about a SlotSnapshot. `Controllers` switches over all of them, exhaustively.
public enum SnapshotStep: Sendable, Hashable {
    /// Nothing, until something changes or it is time to look again.
    case wait(reason: String, message: String, until: Timestamp?)
    /// Record: the volume is held for this copy. Stored before the effect, like an attachment.
    case hold
    /// Record: the number of the try; then the effect.
    case begin
    /// Record: the copy is whole.
    case record(TakenSnapshot)
    /// Record: the try failed.
    case fail(EffectFailure)
    /// Record: the volume is free again.
    case release
    /// Record: it will never be one.
    case giveUp(String)
    /// Deletes these snapshots, which newer ones have made needless.
    case forgetOthers([String])
    /// Effect, then record: the copy at the provider goes, and the object with it.
    case delete
    case done
}

/// Decides what is done about one SlotSnapshot. Pure.
///
/// A volume is copied while its record says so, and the record says so only while nobody is attached: hold, then copy, then
/// record, then let go. A try that fails lets go as well, so that whoever waits for more important things than a copy gets on.
public enum SnapshotPlanner {
    /// Of the copies that the controller made of a volume, those of so many revisions are kept, and of each the newest.
    public static let keptRevisions = 5

    public static func plan(_ observation: SnapshotObservation) -> SnapshotStep {
        let (snapshot, volume) = (observation.snapshot, observation.volume)
        let isHeldForIt = volume?.status.copy?.snapshotUID == snapshot.metadata.uid
        if snapshot.isBeingDeleted { return delete(observation, isHeldForIt: isHeldForIt) }
        if snapshot.status.takenAt != nil {
            if isHeldForIt { return .release }
            let old = needless(observation)
            return old.isEmpty ? .done : .forgetOthers(old)
        }
        if snapshot.isOver { return isHeldForIt ? .release : .done }
        guard let volume else { return .giveUp("there is no volume \(snapshot.spec.volume)") }
        guard snapshot.isMeant(for: volume) else { return over(observation, volume, isHeldForIt: isHeldForIt) }
        switch observation.provider.health {
        case .reachable: break
        case .unreachable(let why), .identityChanged(let why), .foreignInstallation(let why), .missing(let why):
            return .wait(reason: "ProviderUnreachable", message: why, until: observation.now + .seconds(5))
        }
        guard observation.provider.capabilities.snapshot else {
            return isHeldForIt ? .release : .giveUp("provider \(observation.provider.name) cannot copy volumes")
        }
        return isHeldForIt ? copy(observation) : begin(observation, volume)
    }

    private static func begin(_ observation: SnapshotObservation, _ volume: Volume) -> SnapshotStep {
        let (snapshot, name) = (observation.snapshot, volume.metadata.name)
        if volume.isBeingDeleted { return .giveUp("volume \(name) is being deleted") }
        guard volume.status.provisioned else {
            return .wait(reason: "NotProvisioned", message: "volume \(name) is not made yet", until: nil)
        }
        if let attachment = volume.status.attachment {
            return .wait(
                reason: "Attached",
                message:
                    "volume \(name) is attached to \(attachment.instance), epoch \(attachment.epoch): it is copied once "
                    + "nobody can write, between that instance and the next one, or when its slot is scaled away",
                until: nil)
        }
        if let holder = observation.unknownHolder {
            return .wait(
                reason: "Held", message: "\(holder) holds volume \(name) and has no record",
                until: observation.now + .seconds(5))
        }
        if let other = volume.status.copy {
            return .wait(reason: "Busy", message: "\(other.snapshot) is being taken of volume \(name)", until: nil)
        }
        if let last = snapshot.status.lastFailureAt {
            let retryAt = last + ReplacementBackoff.delay(afterFailures: max(1, snapshot.status.failures))
            if retryAt > observation.now {
                let trouble = snapshot.status.conditions["Ready"]?.message ?? ""
                return .wait(reason: "CouldNotTry", message: trouble, until: retryAt)
            }
        }
        return .hold
    }

    private static func copy(_ observation: SnapshotObservation) -> SnapshotStep {
        switch observation.copying {
        case .notStarted: .begin
        case .inFlight: .wait(reason: "Copying", message: "the volume is being copied", until: nil)
        case .failed(let failure): .fail(failure)
        // What an earlier try brought has been replaced by the newer one.
        case .succeeded(let taken):
            taken.attempt == observation.snapshot.status.attempt ? .record(taken) : .begin
        }
    }

    /// It asked for something that is no more.
    private static func over(_ observation: SnapshotObservation, _ volume: Volume, isHeldForIt: Bool) -> SnapshotStep {
        if isHeldForIt { return .release }
        let spec = observation.snapshot.spec
        if let uid = spec.volumeUID, uid != volume.metadata.uid {
            return .giveUp("volume \(spec.volume) is another one by now, with uid \(volume.metadata.uid)")
        }
        return .giveUp(
            "epoch \(spec.epoch ?? 0) of volume \(spec.volume) is over: it has epoch \(volume.status.epoch) by now")
    }

    private static func delete(_ observation: SnapshotObservation, isHeldForIt: Bool) -> SnapshotStep {
        if case .inFlight = observation.copying {
            return .wait(reason: "Copying", message: "the copy that is being made ends first", until: nil)
        }
        if isHeldForIt { return .release }
        if let need = observation.need {
            return .wait(reason: "InUse", message: need, until: observation.now + .seconds(5))
        }
        guard observation.snapshot.status.attempt > 0 else { return .delete }
        switch observation.provider.health {
        case .reachable: return .delete
        case .unreachable(let why), .identityChanged(let why), .foreignInstallation(let why), .missing(let why):
            return .wait(reason: "ProviderUnreachable", message: why, until: observation.now + .seconds(5))
        }
    }

    /// The controller's own copies that a newer one of the same revision replaces, or that are of too old a revision.
    private static func needless(_ observation: SnapshotObservation) -> [String] {
        let mine = observation.snapshot
        guard mine.spec.purpose == .replacement else { return [] }
        let all = (observation.others + [mine])
            .filter { $0.spec.purpose == .replacement && $0.isReady && $0.status.volumeUID == mine.status.volumeUID }
            .sorted {
                ($0.status.takenAt ?? .epoch, $0.metadata.name) > ($1.status.takenAt ?? .epoch, $1.metadata.name)
            }
        var revisions: [String] = []
        var needless: [String] = []
        for snapshot in all {
            let revision = snapshot.status.revision ?? ""
            if revisions.contains(revision) || revisions.count == keptRevisions {
                needless.append(snapshot.metadata.name)
            } else {
                revisions.append(revision)
            }
        }
        return needless.filter { $0 != mine.metadata.name }
    }
}
