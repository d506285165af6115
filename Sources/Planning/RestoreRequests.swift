import InfraAPI

/// Takes requests for older data up into the set's status, where they stand until each place has its new volume, and lets go of
/// those that are done. Before anything is planned, so that the slots are planned with it.
struct RestoreIntake {
    /// As it is once the requests stand.
    private(set) var observation: SetObservation
    /// The places of the stored status: only these may lose their volume, since whoever restarts in between knows of no others.
    let stored: [VolumeRestore]
    private(set) var steps: [PlannedStep] = []

    init(_ observation: SetObservation) {
        self.observation = observation
        stored = observation.set.status.restores
        let places = observation.volumesByPlace()
        self.observation.set.status.restores.removeAll { restore in
            let standing = places[VolumePlace(slot: restore.slot, claim: restore.claim)]?.record
            return standing.map { $0.metadata.name != restore.volume } ?? false
        }
        guard let request = VolumeRestoreRequest(observation.set), request.token != observation.set.status.restoreToken
        else {
            return
        }
        self.observation.set.status.restoreToken = request.token
        self.observation.set.status.restoreRefusal = nil
        var restores: [VolumeRestore] = []
        for (volume, snapshot) in request.volumes.sorted(by: { $0.key < $1.key }) {
            switch RestoreIntake.restore(volume, snapshot, observation) {
            case .success(let restore): restores.append(restore)
            case .failure(let refusal):
                // All or nothing: half of a set with older data is what nobody asked for.
                self.observation.set.status.restoreRefusal = refusal.message
                steps.append(
                    PlannedStep(
                        .refuseRestore, slot: nil, .restoreRefused,
                        "the request for older data is refused: \(refusal.message)"))
                return
            }
        }
        let asked = Set(restores.map { VolumePlace(slot: $0.slot, claim: $0.claim) })
        self.observation.set.status.restores.removeAll {
            asked.contains(VolumePlace(slot: $0.slot, claim: $0.claim))
        }
        self.observation.set.status.restores += restores
        self.observation.set.status.restores.sort { ($0.slot, $0.claim) < ($1.slot, $1.claim) }
    }

    private struct Refusal: Error { let message: String }

    private static func restore(
        _ volume: String, _ snapshot: String, _ observation: SetObservation
    ) -> Result<VolumeRestore, Refusal> {
        let view = observation.volumes.first { $0.record.metadata.name == volume }
        guard let claim = view?.record.spec.claim, claim.set == observation.set.metadata.name,
            claim.slot < observation.set.spec.replicas
        else { return .failure(Refusal(message: "no slot of the set has a volume \(volume)")) }
        guard let source = observation.restoreSources[snapshot], source.isReady else {
            return .failure(Refusal(message: "there is no snapshot \(snapshot) that holds a whole copy"))
        }
        guard source.status.provider == observation.provider.name else {
            return .failure(
                Refusal(
                    message: "snapshot \(snapshot) is at provider \(source.status.provider ?? ""), and the set runs on "
                        + observation.provider.name))
        }
        var restore = VolumeRestore()
        restore.slot = claim.slot
        restore.claim = claim.name
        restore.volume = volume
        restore.snapshot = snapshot
        restore.snapshotUID = source.metadata.uid
        return .success(restore)
    }
}

/// Brings a vacant slot from the volumes that it has to those that are made from snapshots: what is there is copied, orphaned
/// and loses its place; then the place gets a new volume, with its own uid and epochs. Nothing is ever overwritten (law L3).
enum RestorePlanner {
    /// Whether the slot still waits for one of its places.
    static func isPending(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
        let restores = draft.observation.set.status.restores.filter { $0.slot == slot }
        var isPending = false
        for restore in restores {
            guard let view = draft.places[VolumePlace(slot: slot, claim: restore.claim)] else {
                isPending = true
                draft.wait(
                    slot, .provisioningVolume, "claim \(restore.claim) gets a volume made from \(restore.snapshot)")
                continue
            }
            isPending = true
            if draft.storedRestores.contains(restore) { displace(view, restore, &draft) }
        }
        return isPending
    }

    private static func displace(_ view: VolumeView, _ restore: VolumeRestore, _ draft: inout PlanDraft) {
        let (volume, slot) = (view.record, restore.slot)
        let name = volume.metadata.name
        if let holder = volume.status.attachment {
            draft.wait(slot, .volumeHeld, "volume \(name) is attached to \(holder.instance), epoch \(holder.epoch)")
            return
        }
        if let unknown = view.unknownHolder {
            draft.wait(slot, .volumeHeld, "\(unknown) holds volume \(name) and has no record")
            return
        }
        guard HandoverSnapshots.isFree(volume, slot: slot, &draft) else { return }
        // What is given up is copied as well: the way back is the same way.
        if volume.status.revision != nil, volume.status.provisioned,
            !HandoverSnapshots.isTaken(
                volume, "before the data of \(restore.snapshot) takes its place", slot: slot, &draft)
        {
            return
        }
        let message = "volume \(name) gives its place to one made from \(restore.snapshot); its data stays"
        if volume.status.boundSetUID != nil {
            draft.add(.orphanVolume(name: name), slot: slot, .restoreRequested, message)
        } else {
            draft.add(.displaceVolume(name: name), slot: slot, .restoreRequested, message)
        }
        draft.wait(slot, .provisioningVolume, message)
    }
}
