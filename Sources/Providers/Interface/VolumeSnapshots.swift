/// Names a copy of a volume at the provider. Each try has a name of its own: one that comes late, of a caller that was paused
/// or has died, meets nothing of a newer one.
public struct SnapshotHandle: Sendable, Hashable {
    /// uid of the SlotSnapshot.
    public var uid: String
    /// From 1.
    public var attempt: Int

    public init(uid: String, attempt: Int) {
        self.uid = uid
        self.attempt = attempt
    }
}

public struct SnapshotCreation: Sendable, Hashable {
    public var handle: SnapshotHandle
    public var volume: VolumeHandle
    /// `namespace/name` of the set, slot and claim that the volume has, and its epoch, for labels.
    public var set: String?
    public var slot: Int?
    public var claim: String?
    public var epoch: Int
    /// An image that is at the provider, for back ends that need one to reach a volume's files; nil: any.
    public var image: String?

    public init(
        handle: SnapshotHandle, volume: VolumeHandle, set: String? = nil, slot: Int? = nil, claim: String? = nil,
        epoch: Int, image: String? = nil
    ) {
        self.handle = handle
        self.volume = volume
        self.set = set
        self.slot = slot
        self.claim = claim
        self.epoch = epoch
        self.image = image
    }
}

/// A volume that is to be made with the content of a copy.
public struct VolumeRestoration: Sendable, Hashable {
    /// Its uid is one that no volume has had: of a try that failed, nothing is used again.
    public var volume: VolumeCreation
    public var snapshot: SnapshotHandle
    /// As of a `SnapshotCreation`.
    public var image: String?

    public init(volume: VolumeCreation, snapshot: SnapshotHandle, image: String? = nil) {
        self.volume = volume
        self.snapshot = snapshot
        self.image = image
    }
}

/// What the engine says of one copy of this installation.
public struct ObservedSnapshot: Sendable, Hashable {
    public var handle: SnapshotHandle
    public var providerID: String
    public var set: String?
    public var slot: Int?
    /// What it holds; nil where the engine does not say.
    public var contentBytes: Int?
    public var contentEntries: Int?

    public init(
        handle: SnapshotHandle, providerID: String, set: String? = nil, slot: Int? = nil, contentBytes: Int? = nil,
        contentEntries: Int? = nil
    ) {
        self.handle = handle
        self.providerID = providerID
        self.set = set
        self.slot = slot
        self.contentBytes = contentBytes
        self.contentEntries = contentEntries
    }
}

extension Provider {
    /// For back ends without copies of volumes.
    public func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        throw ProviderError(.notSupported, "volumes cannot be copied here")
    }

    public func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? { nil }

    public func deleteSnapshot(uid: String) async throws(ProviderError) {}

    public func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        throw ProviderError(.notSupported, "volumes cannot be made from copies here")
    }
}
