import InfraAPI

/// The copies that stand between the receipt of a slot's outgoing occupant and its incoming one (`snapshotBeforeReplace`, and
/// what is copied before older data takes its place).
///
/// The set only asks, by a SlotSnapshot, and waits; the copy itself holds the volume by its record (`status.copy`), so that no
/// two ever work on one volume, whoever asked.
enum HandoverSnapshots {
    /// Whether the slot's volumes may go to an instance of `desired` now: nobody copies them, and what is to be copied first has
    /// been. Adds what is missing for that.
    static func allow(_ volumes: [Volume], desired: Revision, slot: Int, _ draft: inout PlanDraft) -> Bool {
        for volume in volumes {
            guard isFree(volume, slot: slot, &draft) else { return false }
            let claim = draft.claims.first { $0.name == volume.spec.claim?.name }
            guard claim?.spec.snapshotBeforeReplace == true, let revision = volume.status.revision,
                revision != desired.metadata.name
            else { continue }
            guard isTaken(volume, "before \(desired.metadata.name) gets the data of \(revision)", slot: slot, &draft)
            else { return false }
        }
        return true
    }

    /// Whether nobody copies the volume, nor is about to.
    static func isFree(_ volume: Volume, slot: Int, _ draft: inout PlanDraft) -> Bool {
        let name = volume.metadata.name
        if let copy = volume.status.copy {
            draft.wait(slot, .snapshotting, "volume \(name) is being copied (\(copy.snapshot))")
            return false
        }
        let view = draft.observation.volumes.first { $0.record.metadata.name == name }
        // One that somebody asked for while the volume was attached: its time is now. One that fails holds nobody up.
        let asked = view?.snapshots.first { snapshot in
            snapshot.spec.purpose == .manual && snapshot.isMeant(for: volume) && snapshot.status.failures == 0
                && snapshot.status.takenAt == nil && !snapshot.isBeingDeleted && !snapshot.isOver
        }
        guard let asked else { return true }
        draft.wait(slot, .snapshotting, "volume \(name) is to be copied (\(asked.metadata.name)) before it is attached")
        return false
    }

    /// Whether there is a copy of the volume as its last attachment has left it; asks for one.
    static func isTaken(_ volume: Volume, _ why: String, slot: Int, _ draft: inout PlanDraft) -> Bool {
        let name = volume.metadata.name
        let view = draft.observation.volumes.first { $0.record.metadata.name == name }
        let standing = view?.snapshots.first { snapshot in
            snapshot.spec.purpose == .replacement && snapshot.spec.volumeUID == volume.metadata.uid
                && snapshot.spec.epoch == volume.status.epoch
        }
        if let standing, standing.isReady { return true }
        guard let standing else {
            guard draft.observation.provider.capabilities.snapshot else {
                draft.wait(
                    slot, .couldNotTry,
                    "volume \(name) is to be copied \(why), and provider \(draft.observation.provider.name) cannot copy volumes: "
                        + "take snapshotBeforeReplace off the claim, or leave the revision as it is")
                return false
            }
            var spec = SlotSnapshotSpec()
            spec.volume = name
            spec.volumeUID = volume.metadata.uid
            spec.epoch = volume.status.epoch
            spec.purpose = .replacement
            spec.reason = String(why.prefix(1024))
            let snapshot = SnapshotName.make(volume: volume)
            draft.add(
                .createSnapshot(name: snapshot, spec), slot: slot, .snapshotWanted, "copy volume \(name) \(why)")
            draft.wait(slot, .snapshotting, "volume \(name) is to be copied \(why)")
            return false
        }
        if standing.isBeingDeleted {
            draft.wait(
                slot, .snapshotting,
                "\(standing.metadata.name) of volume \(name) is being deleted; the next one follows")
        } else if standing.status.failures > 0 {
            let trouble = standing.status.conditions["Ready"]?.message ?? "it failed"
            draft.wait(slot, .couldNotTry, "volume \(name) could not be copied \(why): \(trouble)")
        } else {
            let state = standing.status.conditions["Ready"].map { ": \($0.message)" } ?? ""
            draft.wait(slot, .snapshotting, "volume \(name) is being copied \(why)\(state)")
        }
        return false
    }
}

/// Names of the copies that the controller asks for.
enum SnapshotName {
    /// The same volume in the same epoch gives the same name, so that a create whose answer was lost makes no second one.
    static func make(volume: Volume) -> String {
        "\(volume.metadata.name.prefix(200))-\(volume.status.epoch)-\(volume.metadata.uid.prefix(8))".lowercased()
    }
}

extension SlotSnapshot {
    /// Whether this very volume, as it is now, is what it asks for.
    func isMeant(for volume: Volume) -> Bool {
        spec.volume == volume.metadata.name && spec.volumeUID.map { $0 == volume.metadata.uid } ?? true
            && spec.epoch.map { $0 == volume.status.epoch } ?? true
    }
}
