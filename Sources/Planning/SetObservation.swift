public import Ambient
public import InfraAPI

/// Everything that the plan of one set is decided on: stored records, facts from the provider, and the state of the
/// effects that were begun. A value; the planner asks nobody else.
public struct SetObservation: Sendable, Hashable {
    public var now: Timestamp
    public var set: InstanceSet
    /// Hash of `spec.template` as the user wrote it (`RevisionHash.templateHash`).
    public var templateHash: String
    public var provider: ProviderView
    /// Revisions of the set.
    public var revisions: [Revision]
    /// Instance records of the set, whether it owns them or not.
    public var instances: [InstanceView]
    /// Volumes whose claim names the set, and volumes bound to it.
    public var volumes: [VolumeView]
    /// The volumes that the set may take over; nil: it asks for none.
    public var adoption: AdoptionSource?
    /// Names of `VolumeName` for places without a volume that a volume somewhere else has.
    public var takenVolumeNames: Set<String>
    /// The snapshots that requests for older data name.
    public var restoreSources: [String: SlotSnapshot] = [:]
    /// Resolving the template's image into a revision.
    public var resolution: Execution<ResolvedRevision>
    /// Making images present at the provider, by resolved image. Only images of this set's revisions.
    public var images: [String: Execution<Nothing>]

    public init(
        now: Timestamp, set: InstanceSet, templateHash: String, provider: ProviderView, revisions: [Revision] = [],
        instances: [InstanceView] = [], volumes: [VolumeView] = [], adoption: AdoptionSource? = nil,
        takenVolumeNames: Set<String> = [],
        resolution: Execution<ResolvedRevision> = .notStarted,
        images: [String: Execution<Nothing>] = [:]
    ) {
        self.now = now
        self.set = set
        self.templateHash = templateHash
        self.provider = provider
        self.revisions = revisions
        self.instances = instances
        self.volumes = volumes
        self.adoption = adoption
        self.takenVolumeNames = takenVolumeNames
        self.resolution = resolution
        self.images = images
    }
}

/// How far an effect has come in this process. After a restart everything is `notStarted` again, and the effect that the
/// record intends is executed once more: effects are idempotent.
public enum Execution<Success: Sendable & Hashable>: Sendable, Hashable {
    case notStarted
    case inFlight
    case succeeded(Success)
    case failed(EffectFailure)
}

/// The success of an effect that tells nothing but that it is done.
public struct Nothing: Sendable, Hashable {
    public init() {}
}

/// Why an effect failed, and how often in a row.
public struct EffectFailure: Sendable, Hashable {
    public enum Class: Sendable, Hashable {
        /// Nobody knows whether it happened, or the engine could not be asked: execute it again.
        case tryAgain
        /// It was refused for reasons outside the revision (quota, port, pull, engine): could-not-try.
        case couldNotTry
        /// It was refused because of image or template: evidence against the revision.
        case blamesRevision
    }

    public var kind: Class
    public var reason: String
    public var message: String
    public var attempts: Int
    public var at: Timestamp

    public init(kind: Class, reason: String, message: String, attempts: Int, at: Timestamp) {
        self.kind = kind
        self.reason = reason
        self.message = message
        self.attempts = attempts
        self.at = at
    }
}

/// The provider, as far as planning must know it.
public struct ProviderView: Sendable, Hashable {
    public enum Health: Sendable, Hashable {
        case reachable
        /// No observation yet, or no answer: facts are of no use, effects would fail.
        case unreachable(String)
        /// Another identity marker than the recorded one: every object there is Unknown.
        case identityChanged(String)
        /// Objects of another installation for the same set: never a blank volume, until a person decides.
        case foreignInstallation(String)
        /// The set names no provider that exists and admits it.
        case missing(String)
    }

    public var name: String
    public var health: Health
    public var identity: String
    public var capabilities: ProviderCapabilities

    public init(name: String, health: Health, identity: String, capabilities: ProviderCapabilities) {
        self.name = name
        self.health = health
        self.identity = identity
        self.capabilities = capabilities
    }
}

/// One Instance record with what is known of it.
public struct InstanceView: Sendable, Hashable {
    /// What the provider says, from its observation or the last effect.
    public enum Fact: Sendable, Hashable {
        /// Not observed yet.
        case unknown
        case absent
        case created
        case running
        case exited(code: Int?)
    }

    /// How one that exited came to its end.
    public enum EndCause: Sendable, Hashable {
        /// By itself: it was seen alive, nobody asked the engine to end it, and the connection stood all the time.
        case own
        /// Its memory limit was exceeded.
        case outOfMemory
        /// Somebody else asked the engine to end it.
        case signalled
        /// While nobody watched: the engine or the controller was away, and what else happened meanwhile is not known.
        case unwatched
    }

    public var record: Instance
    public var fact: Fact
    /// Of use with the fact `exited` alone.
    public var endCause = EndCause.own
    /// Whether it was seen alive since the provider was last out of reach, by a direct read or as what an effect brought. A list may be
    /// old: what a probe says of an instance that only a list has shown is evidence against nobody.
    public var wasSeenAlive = true
    /// The object at the provider, when it is there.
    public var observed: ObservedDetails?
    public var readiness: ProbeResult
    public var liveness: ProbeResult
    /// Why the readiness probe does not pass, in its words; nil while that is nothing to tell of.
    public var readinessTrouble: String?
    /// How far the effects on it have come in this process, by step; a step that is missing was not started.
    public var executions: [InstanceStep.Name: Execution<InstanceOutcome>]

    public init(
        record: Instance, fact: Fact = .unknown, observed: ObservedDetails? = nil, readiness: ProbeResult = .unknown,
        liveness: ProbeResult = .unknown, executions: [InstanceStep.Name: Execution<InstanceOutcome>] = [:]
    ) {
        self.record = record
        self.fact = fact
        self.observed = observed
        self.readiness = readiness
        self.liveness = liveness
        self.executions = executions
    }

    public func execution(of step: InstanceStep.Name) -> Execution<InstanceOutcome> { executions[step] ?? .notStarted }
}

/// The parts of an observed instance that go into its record.
public struct ObservedDetails: Sendable, Hashable {
    public var providerID: String
    public var imageDigest: String?
    public var address: String?
    public var ports: [PublishedPort]
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?

    public init(
        providerID: String, imageDigest: String? = nil, address: String? = nil, ports: [PublishedPort] = [],
        startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil
    ) {
        self.providerID = providerID
        self.imageDigest = imageDigest
        self.address = address
        self.ports = ports
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// `unknown` neither replaces nor judges.
public enum ProbeResult: Sendable, Hashable {
    case unknown
    case pass(since: Timestamp)
    case fail(since: Timestamp)

    public var isFailure: Bool { if case .fail = self { true } else { false } }
}

/// What a finished effect on an instance brought.
public enum InstanceOutcome: Sendable, Hashable {
    /// Launch, create, start and stop: the fact and the details stand in the view.
    case done
    /// Destroyed, and read to be absent by a confirming read.
    case destroyed(Destruction)
}

/// The evidence that an instance is gone: what a receipt is made of.
public struct Destruction: Sendable, Hashable {
    public var providerIdentity: String
    public var acknowledgedAt: Timestamp
    public var readAt: Timestamp
    public var providerID: String?
    /// When it stopped, as the engine said before it was destroyed.
    public var lastWritableAt: Timestamp?

    public init(
        providerIdentity: String, acknowledgedAt: Timestamp, readAt: Timestamp, providerID: String?,
        lastWritableAt: Timestamp?
    ) {
        self.providerIdentity = providerIdentity
        self.acknowledgedAt = acknowledgedAt
        self.readAt = readAt
        self.providerID = providerID
        self.lastWritableAt = lastWritableAt
    }
}

public struct VolumeView: Sendable, Hashable {
    public var record: Volume
    public var provisioning: Execution<ProvisionedVolume>
    /// Growing it; brings the size that it has then.
    public var resizing: Execution<Quantity>
    /// Requests to end its attachment without proof, the oldest first.
    public var forceDetaches: [VolumeForceDetach]
    /// An instance without a record that holds it at the provider: it counts as its attachment (law L6).
    public var unknownHolder: String?
    /// Snapshots that name it.
    public var snapshots: [SlotSnapshot] = []

    public init(
        record: Volume, provisioning: Execution<ProvisionedVolume> = .notStarted,
        resizing: Execution<Quantity> = .notStarted, forceDetaches: [VolumeForceDetach] = [],
        unknownHolder: String? = nil
    ) {
        self.record = record
        self.provisioning = provisioning
        self.resizing = resizing
        self.forceDetaches = forceDetaches
        self.unknownHolder = unknownHolder
    }
}

/// What the set of `adoptVolumesFrom` has.
public struct AdoptionSource: Sendable, Hashable {
    /// Volumes whose claim names it.
    public var volumes: [Volume]
    /// Slots that it will keep: its replicas; 0 where it is gone or going.
    public var keptSlots: Int

    public init(volumes: [Volume], keptSlots: Int) {
        self.volumes = volumes
        self.keptSlots = keptSlots
    }
}

/// A volume that the provider made or found again.
public struct ProvisionedVolume: Sendable, Hashable {
    public var providerID: String
    public var providerIdentity: String
    /// The highest epoch that its content may know of: one that is made from a copy goes on above it, so that whoever fences by
    /// epochs never sees one go back.
    public var epoch = 0

    public init(providerID: String, providerIdentity: String) {
        self.providerID = providerID
        self.providerIdentity = providerIdentity
    }
}

/// A template with its image resolved and its hash computed.
public struct ResolvedRevision: Sendable, Hashable {
    /// Hash of the template as written that this was resolved from.
    public var templateHash: String
    /// The `imm.dev/resolve` token that it was resolved under.
    public var resolveToken: String?
    public var hash: String
    public var template: InstanceTemplate
    public var volumeClaimTemplates: [VolumeClaimTemplate]
    public var requestedImage: String

    public init(
        templateHash: String, resolveToken: String?, hash: String, template: InstanceTemplate,
        volumeClaimTemplates: [VolumeClaimTemplate], requestedImage: String
    ) {
        self.templateHash = templateHash
        self.resolveToken = resolveToken
        self.hash = hash
        self.template = template
        self.volumeClaimTemplates = volumeClaimTemplates
        self.requestedImage = requestedImage
    }
}
