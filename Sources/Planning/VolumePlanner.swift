import InfraAPI

/// The volumes of the slots: made, bound, provisioned, and released to be orphans. Never deleted here (law L3).
enum VolumePlanner {
    static func name(claim: String, set: String, slot: Int) -> String { "\(claim)-\(set)-\(slot)" }

    static func plan(slots: [SlotView], _ draft: inout PlanDraft) {
        let set = draft.observation.set
        for slot in 0..<set.spec.replicas {
            for claim in draft.claims { plan(claim, slot: slot, &draft) }
        }
        for view in draft.observation.volumes where isReleased(view.record, draft) {
            release(view.record, &draft)
        }
    }

    private static func plan(_ claim: VolumeClaimTemplate, slot: Int, _ draft: inout PlanDraft) {
        let set = draft.observation.set
        let name = name(claim: claim.name, set: set.metadata.name, slot: slot)
        guard let view = draft.observation.volumes.first(where: { $0.record.metadata.name == name }) else {
            var spec = VolumeSpec()
            spec.provider = draft.observation.provider.name
            spec.size = claim.spec.size
            spec.accessMode = claim.spec.accessMode
            spec.reclaimPolicy = claim.spec.reclaimPolicy
            spec.claim = VolumeClaimReference(set: set.metadata.name, slot: slot, name: claim.name)
            draft.add(
                .createVolume(name: name, spec), slot: slot, .volumeNeeded, "claim \(claim.name) has no volume yet")
            return
        }
        guard !view.record.isBeingDeleted else { return }
        // Bound to another uid: to a set of this name that is gone, and that did not see its own last write.
        if view.record.status.boundSetUID != set.metadata.uid {
            let isNew = view.record.status.boundSetUID == nil && view.record.status.orphanedAt == nil
            draft.add(
                .bindVolume(name: name), slot: slot, isNew ? .volumeNeeded : .volumeReturned,
                isNew
                    ? "volume \(name) is the slot's" : "the orphaned volume \(name) returns to its slot, with its data")
        }
        provision(view, slot: slot, &draft)
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

    /// Bound to this set, attached to nobody, and no slot or claim wants it any more.
    private static func isReleased(_ volume: Volume, _ draft: PlanDraft) -> Bool {
        let set = draft.observation.set
        guard volume.status.boundSetUID == set.metadata.uid, volume.status.attachment == nil else { return false }
        guard let claim = volume.spec.claim, claim.set == set.metadata.name, !set.isBeingDeleted else { return true }
        return claim.slot >= set.spec.replicas || !draft.claims.contains { $0.name == claim.name }
    }

    static func release(_ volume: Volume, _ draft: inout PlanDraft) {
        draft.add(
            .orphanVolume(name: volume.metadata.name), slot: volume.spec.claim?.slot, .volumeReleased,
            "nobody holds \(volume.metadata.name); its data stays")
    }

    /// The slot's volumes, in the order of the claims; nil while one is missing or not ready to be attached.
    static func ready(slot: Int, _ draft: PlanDraft) -> [Volume]? {
        let set = draft.observation.set
        var volumes: [Volume] = []
        for claim in draft.claims {
            let name = name(claim: claim.name, set: set.metadata.name, slot: slot)
            guard let volume = draft.observation.volumes.first(where: { $0.record.metadata.name == name })?.record,
                volume.status.provisioned, volume.status.boundSetUID == set.metadata.uid, !volume.isBeingDeleted
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
