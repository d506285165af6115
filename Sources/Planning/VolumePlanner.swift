import InfraAPI

/// The volumes of the slots: made, bound, provisioned, and released to be orphans. Never deleted here (law L3).
enum VolumePlanner {
    static func plan(slots: [SlotView], _ draft: inout PlanDraft) {
        for slot in slots where !slot.isRemoved {
            let needed = needed(by: slot, draft)
            let missing = needed.filter { claim in
                draft.places[VolumePlace(slot: slot.slot, claim: claim.name)] == nil
                    && restore(slot.slot, claim.name, draft) == nil
            }
            let adopted = missing.isEmpty ? [] : AdoptionPlanner.plan(missing, slot: slot.slot, &draft)
            for claim in needed where !adopted.contains(claim.name) { plan(claim, slot: slot.slot, &draft) }
        }
        for view in draft.observation.volumes where isReleased(view.record, slots, draft) {
            release(view.record, &draft)
        }
    }

    /// The claims of what the slot should run; those of the set while that is not known yet.
    private static func needed(by slot: SlotView, _ draft: PlanDraft) -> [VolumeClaimTemplate] {
        slot.desired?.spec.volumeClaimTemplates ?? draft.claims
    }

    private static func plan(_ claim: VolumeClaimTemplate, slot: Int, _ draft: inout PlanDraft) {
        guard let view = draft.places[VolumePlace(slot: slot, claim: claim.name)] else {
            create(claim, slot: slot, &draft)
            return
        }
        let volume = view.record
        let name = volume.metadata.name
        // Bound to another uid: to a set of this name that is gone, and that did not see its own last write.
        if volume.status.boundSetUID != draft.observation.set.metadata.uid {
            // It is on its way out: another volume gets the place.
            if restore(slot, claim.name, draft)?.volume == name { return }
            guard !volume.isBeingDeleted else {
                draft.wait(slot, .volumeHeld, "volume \(name) of this slot is being deleted")
                return
            }
            guard volume.spec.provider == draft.observation.provider.name else {
                draft.wait(slot, .volumeHeld, "volume \(name) of this slot is at provider \(volume.spec.provider)")
                return
            }
            let isNew = volume.status.boundSetUID == nil && volume.status.orphanedAt == nil
            draft.add(
                .bindVolume(name: name), slot: slot, isNew ? .volumeNeeded : .volumeReturned,
                isNew
                    ? "volume \(name) is the slot's" : "the orphaned volume \(name) returns to its slot, with its data")
        }
        provision(view, slot: slot, &draft)
        grow(view, to: draft.claims.first { $0.name == claim.name }?.spec.size, slot: slot, &draft)
    }

    /// A claim that became larger: its volumes grow where they are. A provider that cannot do it never admitted the claim;
    /// an orphan that came from elsewhere may be smaller there, and stays so.
    private static func grow(_ view: VolumeView, to size: Quantity?, slot: Int, _ draft: inout PlanDraft) {
        let name = view.record.metadata.name
        guard let size, size > view.record.status.size ?? view.record.spec.size, view.record.status.provisioned,
            draft.observation.provider.capabilities.resize
        else { return }
        let message = "volume \(name) grows to \(size)"
        switch view.resizing {
        case .succeeded(let reached) where reached >= size:
            draft.add(.recordResized(volume: name, reached), slot: slot, .observed, "volume \(name) has \(reached)")
        case .notStarted, .succeeded:
            draft.add(.resizeVolume(name: name, size), slot: slot, .volumeGrows, message)
            draft.wait(slot, .resizingVolume, message)
        case .inFlight: draft.wait(slot, .resizingVolume, message)
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(slot, .resizingVolume, "\(message): \(failure.message)", until: retryAt)
            if retryAt <= draft.now {
                draft.add(.resizeVolume(name: name, size), slot: slot, .couldNotTry, message + ", tried again")
            }
        }
    }

    private static func create(_ claim: VolumeClaimTemplate, slot: Int, _ draft: inout PlanDraft) {
        let set = draft.observation.set
        // What the set says now; a claim that it has no more is as its revision says.
        let current = draft.claims.first { $0.name == claim.name } ?? claim
        var spec = VolumeSpec()
        spec.provider = draft.observation.provider.name
        spec.size = current.spec.size
        spec.accessMode = current.spec.accessMode
        spec.reclaimPolicy = current.spec.reclaimPolicy
        spec.claim = VolumeClaimReference(set: set.metadata.name, slot: slot, name: claim.name)
        let restore = restore(slot, claim.name, draft)
        if let restore {
            var source = VolumeSource()
            source.snapshot = restore.snapshot
            source.snapshotUID = restore.snapshotUID
            spec.source = source
            // What it was copied from may have been larger.
            spec.size = max(spec.size, draft.observation.restoreSources[restore.snapshot]?.status.size ?? spec.size)
        }
        let taken = draft.observation.takenVolumeNames
        let names = VolumeName.candidates(claim: claim.name, set: set.metadata.name, slot: slot)
        guard let name = names.first(where: { !taken.contains($0) }) else {
            draft.wait(slot, .volumeHeld, "every name for a volume of claim \(claim.name) is taken")
            return
        }
        draft.add(
            .createVolume(name: name, spec), slot: slot, restore == nil ? .volumeNeeded : .restoreRequested,
            restore.map { "claim \(claim.name) gets a volume made from \($0.snapshot)" }
                ?? "claim \(claim.name) has no volume yet")
    }

    /// What is to be done about older data in a place.
    private static func restore(_ slot: Int, _ claim: String, _ draft: PlanDraft) -> VolumeRestore? {
        draft.observation.set.status.restores.first { $0.slot == slot && $0.claim == claim }
    }

    private static func provision(_ view: VolumeView, slot: Int, _ draft: inout PlanDraft) {
        let name = view.record.metadata.name
        guard !view.record.status.provisioned else { return }
        switch view.provisioning {
        case .notStarted:
            draft.add(.provisionVolume(name: name), slot: slot, .volumeNeeded, "make volume \(name) at the provider")
        case .inFlight: break
        case .succeeded(let made):
            draft.add(.recordProvisioned(volume: name, made), slot: slot, .observed, "the provider has volume \(name)")
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(slot, .provisioningVolume, "volume \(name): \(failure.message)", until: retryAt)
            if retryAt <= draft.now {
                draft.add(.provisionVolume(name: name), slot: slot, .volumeNeeded, "make volume \(name) again")
            }
        }
    }

    /// Bound to this set, attached to nobody, and neither the set nor what the slot should run wants it any more.
    private static func isReleased(_ volume: Volume, _ slots: [SlotView], _ draft: PlanDraft) -> Bool {
        let set = draft.observation.set
        guard volume.status.boundSetUID == set.metadata.uid, volume.status.attachment == nil else { return false }
        guard let claim = volume.spec.claim, claim.set == set.metadata.name, !set.isBeingDeleted,
            claim.slot < slots.count, !slots[claim.slot].isRemoved
        else { return true }
        return !(draft.claims + needed(by: slots[claim.slot], draft)).contains { $0.name == claim.name }
    }

    static func release(_ volume: Volume, _ draft: inout PlanDraft) {
        draft.add(
            .orphanVolume(name: volume.metadata.name), slot: volume.spec.claim?.slot, .volumeReleased,
            "nobody holds \(volume.metadata.name); its data stays")
    }

    /// The slot's volumes for a revision, in the order of its claims; nil while one is missing or not ready to be attached.
    static func ready(slot: Int, for revision: Revision, _ draft: PlanDraft) -> [Volume]? {
        let set = draft.observation.set
        var volumes: [Volume] = []
        for claim in revision.spec.volumeClaimTemplates {
            // One that is being deleted serves its slot until the slot lets go of it: that is what the deletion waits for.
            guard let volume = draft.places[VolumePlace(slot: slot, claim: claim.name)]?.record,
                volume.status.provisioned, volume.status.boundSetUID == set.metadata.uid
            else { return nil }
            volumes.append(volume)
        }
        return volumes
    }
}

extension VolumeClaimReference {
    init(set: String, slot: Int, name: String) {
        self.init()
        self.set = set
        self.slot = slot
        self.name = name
    }
}
