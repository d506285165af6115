import ControllerRuntime
import InfraAPI
import Planning
import ProviderInterface

/// Makes a volume at its provider: empty, or with the content of a copy.
struct VolumeProvisioning: Sendable {
    let volume: Volume
    let set: NamespacedName
    /// The copy that its record names, if that is there.
    let source: SlotSnapshot?
    /// Above what the place has seen.
    let epochFloor: Int
    let identity: String
    /// One that is at the provider.
    let image: String?
    let agent: ProviderAgent

    func run() async -> EffectOutcome {
        let creation = VolumeCreation(
            uid: volume.objectUID, size: volume.spec.size, set: set.description, slot: volume.spec.claim?.slot ?? 0,
            claim: volume.spec.claim?.name)
        do throws(ProviderError) {
            let made =
                if let wanted = volume.spec.source { try await restore(creation, wanted) } else {
                    try await agent.provider.createVolume(creation)
                }
            var provisioned = ProvisionedVolume(providerID: made.providerID, providerIdentity: identity)
            provisioned.epoch = epochFloor
            return .provisioned(provisioned)
        } catch { return EffectOutcome(error) }
    }

    private func restore(
        _ creation: VolumeCreation, _ wanted: VolumeSource
    ) async throws(ProviderError) -> ObservedVolume {
        // One that is being deleted stays until this volume is made: it waits for us, and we must not wait for it.
        guard let source, source.status.takenAt != nil else {
            throw ProviderError(
                .notFound,
                "the snapshot \(wanted.snapshot) that volume \(volume.name) is to be made from is not there any more")
        }
        // What the try before has made is nobody's: it was never attached, and its uid is not used again.
        if volume.status.restoreAttempt > 1 {
            try await agent.provider.deleteVolume(
                VolumeHandle(uid: "\(volume.uid)-\(volume.status.restoreAttempt - 1)"))
        }
        return try await agent.provider.restoreVolume(
            VolumeRestoration(
                volume: creation, snapshot: SnapshotHandle(uid: source.uid, attempt: source.status.attempt),
                image: image))
    }
}
