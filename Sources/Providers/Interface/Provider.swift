public import Ambient
public import InfraAPI

/// A back end, as the controllers see it. There is no operation that changes an instance (law L1).
///
/// Every operation is idempotent by deterministic name or by the engine's own id, may be called again after a crash, and
/// is bounded in time by the implementation. Cancelling the calling task gives up waiting; the effect may have happened.
public protocol Provider: Sendable {
    /// Identity marker, version and capabilities.
    ///
    /// - Parameter recordedIdentity: the marker that is on record. nil: first use, the marker is made if it is not there.
    ///   Otherwise a missing or different marker is `.identityMismatch`, and none is made.
    func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription

    /// Accepts the engine that answers now, as a person asked: effects are held to this identity from now on. One without a
    /// marker gets this one. One whose marker is another is `.identityMismatch`: it is not the one that the person saw.
    func adopt(identity: String) async throws(ProviderError)

    /// Turns an image reference into what a revision holds (DESIGN "Resolving an image"): a digest as given; the local
    /// image's repository digest; its image ID; else the registry's answer. `askRegistryFirst` puts the registry first
    /// wherever the local image has a repository digest.
    func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String

    /// Makes a resolved image present, pulling it when it is not.
    func prepare(image: String) async throws(ProviderError)

    /// All instances and volumes of this installation, from the engine (a list, which may be old and may leave things out:
    /// enough to notice, never a receipt).
    func observe() async throws(ProviderError) -> ProviderObservation

    /// What the engine tells as it happens. Ends or throws when the connection is lost: observe again, then resume. An event
    /// is a hint to look, never a proof.
    func events() async throws(ProviderError) -> ProviderEvents

    /// Makes the instance's object; nothing runs yet. Called again for the same uid and epoch it returns the one that is there. A
    /// name taken by another uid or epoch is `.nameTaken`: the fence.
    func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance

    /// Starts an instance that never ran. One that runs is returned as it is; one that exited is `.alreadyExited` (law L1).
    func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance

    /// Stops it, gracefully for `grace`, then by force. One that is stopped or gone is fine.
    func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError)

    /// Destroys a stopped or running instance's object. One that is gone is fine. Never destroys volumes.
    func destroy(_ handle: InstanceHandle) async throws(ProviderError)

    /// The confirming read: direct, by the engine's id and by the deterministic name, with the identity compared before
    /// and after.
    func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead

    /// Gives a running instance a volume: plugs it in and mounts it, and returns when the instance has it mounted. One that
    /// has it is fine. A volume that another instance holds is `.volumeInUse`, one that is not there and an instance that is not
    /// there are `.notFound`. The instance learns the epoch with it. Only where `attachMode` is `hotPlug`, and only for an instance
    /// that is observed to be able to take volumes (`ObservedInstance.canAttach`).
    func attach(
        _ handle: InstanceHandle, _ volume: VolumeAttachmentRequest, epoch: Int
    ) async throws(ProviderError)

    /// Takes a volume from an instance: unmounts it, then unplugs it, and returns when that is confirmed. A volume that it does
    /// not have, and an instance that is not there, are fine. `.detachRefused`: the instance does not unmount it, has it mounted
    /// still, and nothing was unplugged. No receipt: that is a `read` begun afterwards, whose `volumeUIDs` leave it out.
    func detach(_ handle: InstanceHandle, volumeUID: String) async throws(ProviderError)

    func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume
    /// The confirming read of a volume: direct, with the identity compared before and after. nil: it is not there.
    func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume?
    /// Refused while anything holds it (`.volumeInUse`). One that is gone is fine.
    func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError)

    /// Grows a volume, in use or not; one that has the size or more is fine. Only where the capability `resize` is there.
    func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError)

    /// Copies a volume that nothing holds (else `.volumeInUse`), whole or not at all: what a failed try has made is removed
    /// again, here or by the next try. Until it returns, whoever makes an instance with the volume ends it: such a copy throws
    /// and is none. Only where the capability `snapshot` is there.
    func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot
    /// The confirming read of a copy: direct, with the identity compared before and after. nil: it is not there.
    func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot?
    /// Removes every try of a copy. None is fine.
    func deleteSnapshot(uid: String) async throws(ProviderError)
    /// Makes a volume with the content of a copy, whole or not at all. A copy that is not there is `.notFound`.
    func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume

    /// Runs a command in a running instance; the exit code, and up to 16 KiB of its output.
    func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult

    /// Runs a command in a running instance with its streams connected, for a person or a program at the other end.
    func open(_ handle: InstanceHandle, _ command: InstanceCommand) async throws(ProviderError) -> CommandSession

    func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream
}

extension Provider {
    /// For back ends whose volumes have no size.
    public func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError) {
        throw ProviderError(.notSupported, "volumes cannot be resized here")
    }
}

extension Provider {
    /// For back ends that attach volumes when an instance is made.
    public func attach(
        _ handle: InstanceHandle, _ volume: VolumeAttachmentRequest, epoch: Int
    ) async throws(ProviderError) {
        throw ProviderError(.notSupported, "volumes are attached when an instance is made here, and not later")
    }

    public func detach(_ handle: InstanceHandle, volumeUID: String) async throws(ProviderError) {
        throw ProviderError(.notSupported, "volumes are detached by the end of an instance here, and not before")
    }
}

/// Who the provider is (the marker that receipts are compared with) and what it can do.
public struct ProviderDescription: Sendable, Hashable {
    public var identity: String
    public var version: String
    public var capabilities: ProviderCapabilities

    public init(identity: String, version: String, capabilities: ProviderCapabilities) {
        self.identity = identity
        self.version = version
        self.capabilities = capabilities
    }
}

/// Names an instance at the provider. `providerID` is the engine's own id once known; until then it is found by its
/// deterministic name, and only if the uid label matches.
public struct InstanceHandle: Sendable, Hashable {
    public var uid: String
    /// uid of the slot's first Volume, for instances that mount volumes: it makes the name, and the name is the fence.
    public var fenceVolumeUID: String?
    public var epoch: Int
    public var providerID: String?

    public init(uid: String, fenceVolumeUID: String?, epoch: Int, providerID: String?) {
        self.uid = uid
        self.fenceVolumeUID = fenceVolumeUID
        self.epoch = epoch
        self.providerID = providerID
    }
}

public struct InstanceCreation: Sendable, Hashable {
    public var handle: InstanceHandle
    /// `namespace/name` of the set.
    public var set: String
    public var slot: Int
    /// Names of the Instance and the Revision, for labels and the instance's environment.
    public var instanceName: String
    public var revision: String
    public var revisionHash: String
    /// With the image resolved and every `secretRef` still a reference.
    public var template: InstanceTemplate
    /// Contents of the secrets that the template refers to. Never in labels, logs or errors.
    public var secretValues: [SecretReference: [UInt8]]
    /// Volumes by claim name; none where they are attached later (`attachMode` is `hotPlug`).
    public var volumes: [VolumeAttachmentRequest]

    public init(
        handle: InstanceHandle, set: String, slot: Int, instanceName: String, revision: String, revisionHash: String,
        template: InstanceTemplate, secretValues: [SecretReference: [UInt8]], volumes: [VolumeAttachmentRequest]
    ) {
        self.handle = handle
        self.set = set
        self.slot = slot
        self.instanceName = instanceName
        self.revision = revision
        self.revisionHash = revisionHash
        self.template = template
        self.secretValues = secretValues
        self.volumes = volumes
    }
}

public struct VolumeAttachmentRequest: Sendable, Hashable {
    /// Claim name, as in the template's volumeMounts.
    public var claim: String
    public var volumeUID: String

    public init(claim: String, volumeUID: String) {
        self.claim = claim
        self.volumeUID = volumeUID
    }
}

public struct VolumeHandle: Sendable, Hashable {
    public var uid: String

    public init(uid: String) { self.uid = uid }
}

public struct VolumeCreation: Sendable, Hashable {
    public var uid: String
    public var size: Quantity
    /// `namespace/name` of the set, and the slot, for labels.
    public var set: String
    public var slot: Int
    /// Name of the claim, for the label that a volume without a record is known by again.
    public var claim: String?

    public init(uid: String, size: Quantity, set: String, slot: Int, claim: String? = nil) {
        self.uid = uid
        self.size = size
        self.set = set
        self.slot = slot
        self.claim = claim
    }
}

/// What the engine says of one instance of this installation.
public struct ObservedInstance: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        /// Made, never started.
        case created
        case running
        case exited(code: Int?)
    }

    public var uid: String
    public var providerID: String
    public var name: String
    public var state: State
    /// As it was made with; where volumes are plugged in later, the newest that came with one.
    public var epoch: Int
    /// `namespace/name`
    public var set: String
    public var slot: Int
    public var revision: String
    public var imageDigest: String?
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    /// Whether it ended because it exceeded its memory limit.
    public var ranOutOfMemory = false
    /// Where the instance itself is reached from here, without a port; nil when there is no route.
    public var address: String?
    public var ports: [PublishedPort]
    /// uids of the volumes that it holds, whether it runs or not.
    public var volumeUIDs: [String]
    /// Whether a volume can be plugged into it now: where `attachMode` is `hotPlug`, whether the guest is up and listens.
    public var canAttach = true

    public init(
        uid: String, providerID: String, name: String, state: State, epoch: Int, set: String, slot: Int,
        revision: String,
        imageDigest: String? = nil, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil, address: String? = nil,
        ports: [PublishedPort] = [], volumeUIDs: [String] = []
    ) {
        self.uid = uid
        self.providerID = providerID
        self.name = name
        self.state = state
        self.epoch = epoch
        self.set = set
        self.slot = slot
        self.revision = revision
        self.imageDigest = imageDigest
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.address = address
        self.ports = ports
        self.volumeUIDs = volumeUIDs
    }
}

public struct ObservedVolume: Sendable, Hashable {
    public var uid: String
    public var providerID: String
    public var set: String?
    public var slot: Int?
    public var claim: String?
    /// As it was made; nil where the engine does not keep it.
    public var size: Quantity?

    public init(
        uid: String, providerID: String, set: String?, slot: Int?, claim: String? = nil, size: Quantity? = nil
    ) {
        self.uid = uid
        self.providerID = providerID
        self.set = set
        self.slot = slot
        self.claim = claim
        self.size = size
    }
}

extension ObservedInstance {
    /// Names it by the engine's own id.
    public var handle: InstanceHandle {
        InstanceHandle(uid: uid, fenceVolumeUID: nil, epoch: epoch, providerID: providerID)
    }
}

/// Everything of this installation at one provider, sorted by uid.
public struct ProviderObservation: Sendable, Hashable {
    public var identity: String
    public var instances: [ObservedInstance]
    public var volumes: [ObservedVolume]
    /// Copies of volumes, whole ones and others.
    public var snapshots: [ObservedSnapshot] = []
    /// Sets (`namespace/name`) of which the provider holds another installation's objects, with that installation's id.
    public var foreignSets: [String: String]

    public init(
        identity: String, instances: [ObservedInstance], volumes: [ObservedVolume], foreignSets: [String: String] = [:]
    ) {
        self.identity = identity
        self.instances = instances
        self.volumes = volumes
        self.foreignSets = foreignSets
    }
}

/// The result of a confirming read.
public struct ConfirmingRead: Sendable, Hashable {
    /// Identity of the provider that answered, at the time of the read.
    public var identity: String
    /// nil: neither the id nor the name is there.
    public var instance: ObservedInstance?

    public init(identity: String, instance: ObservedInstance?) {
        self.identity = identity
        self.instance = instance
    }
}

public struct ExecResult: Sendable, Hashable {
    public var exitCode: Int
    public var output: [UInt8]

    public init(exitCode: Int, output: [UInt8]) {
        self.exitCode = exitCode
        self.output = output
    }
}

public struct LogOptions: Sendable, Hashable {
    public var follow = false
    /// Last lines; nil is all.
    public var tail: Int?
    public var since: Timestamp?
    public var timestamps = false

    public init() {}
}
