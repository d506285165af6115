import InfraAPI

/// Takes over the orphans of another set (`adoptVolumesFrom`), all of a slot's at once, and never makes a blank volume where
/// the other set has one still.
enum AdoptionPlanner {
    /// - Parameter missing: claims of the slot that have no volume here.
    /// - Returns: the claims that are taken care of: their volumes come, or are waited for.
    static func plan(_ missing: [VolumeClaimTemplate], slot: Int, _ draft: inout PlanDraft) -> Set<String> {
        guard let wanted = draft.observation.set.spec.adoptVolumesFrom, let source = draft.observation.adoption else {
            return []
        }
        // What only an older revision mounts is not taken over.
        let claims = draft.claims.map(\.name).filter { name in
            (wanted.claims.isEmpty || wanted.claims.contains(name)) && missing.contains { $0.name == name }
        }
        guard !claims.isEmpty else { return [] }
        let found = claims.compactMap { name in
            source.volumes.first { $0.spec.claim?.slot == slot && $0.spec.claim?.name == name }
        }
        if let reason = obstacle(found, source, slot, draft) {
            draft.wait(slot, .volumeHeld, "volumes of set \(wanted.set) are to come here: \(reason)")
            return Set(missing.map(\.name))
        }
        var adopted: Set<String> = []
        for volume in found {
            guard let name = volume.spec.claim?.name else { continue }
            adopted.insert(name)
            let place = VolumeClaimReference(set: draft.observation.set.metadata.name, slot: slot, name: name)
            draft.add(
                .adoptVolume(name: volume.metadata.name, place), slot: slot, .volumeAdopted,
                "the orphaned volume \(volume.metadata.name) of set \(wanted.set) comes to this slot, with its data")
        }
        return adopted
    }

    /// Why the slot's volumes cannot be taken now; nil: all that there are can.
    private static func obstacle(
        _ volumes: [Volume], _ source: AdoptionSource, _ slot: Int, _ draft: PlanDraft
    ) -> String? {
        if slot < source.keptSlots { return "that set has slot \(slot) still; scale it down, or delete it" }
        for volume in volumes {
            let name = volume.metadata.name
            if let holder = volume.status.attachment {
                return "volume \(name) is attached to \(holder.instance), epoch \(holder.epoch)"
            }
            if volume.status.boundSetUID != nil { return "volume \(name) is not orphaned yet" }
            if volume.isBeingDeleted { return "volume \(name) is being deleted" }
            if volume.spec.provider != draft.observation.provider.name {
                return "volume \(name) is at provider \(volume.spec.provider)"
            }
        }
        return nil
    }
}
