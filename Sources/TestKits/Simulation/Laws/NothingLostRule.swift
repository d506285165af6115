import InfraAPI

/// L3: volumes outlive instances and sets; their data goes only when somebody asked for it.
struct NothingLostRule: LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        func violation(_ volume: Volume, _ message: String) -> LawViolation {
            LawViolation(.nothingLost, at: after.uptime, objects: ["volume \(volume.name)"], message)
        }
        switch (change.before, change.after) {
        case (nil, .volume(let volume)):
            return owned(volume).map { violation(volume, $0) }
                + blank(volume, before).map { violation(volume, $0) }
        case (.volume(let old), .volume(let volume)):
            return (owned(volume) + moved(old, volume, before) + unasked(old, volume)).map { violation(volume, $0) }
        case (.volume(let volume), nil):
            var violations: [LawViolation] = []
            if !volume.isBeingDeleted { violations.append(violation(volume, "its record vanished")) }
            if volume.status.attachment != nil {
                violations.append(violation(volume, "its record went while it was attached"))
            }
            return violations
        default: return []
        }
    }

    private func owned(_ volume: Volume) -> [String] {
        volume.metadata.ownerReferences.isEmpty ? [] : ["it has an owner, with which it would be deleted"]
    }

    /// A slot gets the volume back that it had, with its data.
    private func blank(_ volume: Volume, _ world: World) -> [String] {
        // One that was found at the provider has the data that it has.
        let isFound = volume.metadata.annotations[Volume.recoveredAnnotation] != nil
        guard Writer.isController, let claim = volume.spec.claim, !isFound else { return [] }
        let isRestored = world.sets.values.contains { set in
            set.namespace == volume.namespace && set.name == claim.set
                && set.status.restores.contains { $0.slot == claim.slot && $0.claim == claim.name }
        }
        if isRestored, volume.spec.source == nil { return ["made blank where older data was to be"] }
        return world.volumes.values.filter { $0.spec.claim == claim && $0.namespace == volume.namespace }
            .map(\.name).sorted().map { "made blank beside \($0), which its slot had" }
    }

    /// The controller gives a volume to another place only where that place's set asks for it, and nobody has it.
    private func moved(_ old: Volume, _ new: Volume, _ world: World) -> [String] {
        guard Writer.isController, let from = old.spec.claim, new.spec.claim != from else { return [] }
        // A person asked for older data in its place: it stays, as an orphan.
        let isDisplaced = world.sets.values.contains { set in
            set.namespace == old.namespace && set.name == from.set
                && set.status.restores.contains {
                    $0.slot == from.slot && $0.claim == from.name && $0.volume == old.name
                }
        }
        if isDisplaced, new.spec.claim == nil, old.status.boundSetUID == nil { return [] }
        let heir = world.sets.values.first { $0.namespace == new.namespace && $0.name == new.spec.claim?.set }
        guard heir?.spec.adoptVolumesFrom?.set == from.set, old.status.boundSetUID == nil else {
            return ["taken from slot \(from.slot) of \(from.set), and nobody asked for that"]
        }
        return []
    }

    /// A volume that is to be retained is deleted by people alone, and approved by people alone.
    private func unasked(_ old: Volume, _ new: Volume) -> [String] {
        guard Writer.isController, new.spec.reclaimPolicy == .retain else { return [] }
        let approval = "imm.dev/approve-volume-deletion"
        if old.metadata.annotations[approval] != new.metadata.annotations[approval] {
            return ["the controller approved its deletion"]
        }
        return !old.isBeingDeleted && new.isBeingDeleted
            ? ["the controller asked for its deletion, and its reclaimPolicy is Retain"] : []
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard call.operation == .deleteVolume, let uid = call.volumeUID else { return [] }
        let mayGo =
            world.volume(object: uid).map { volume in
                let isApproved = volume.metadata.annotations["imm.dev/approve-volume-deletion"] == volume.uid
                return volume.isBeingDeleted && volume.status.attachment == nil
                    && (isApproved || volume.spec.reclaimPolicy == .delete || !volume.status.provisioned)
            } ?? world.isSupersededTry(uid)
        guard !mayGo else { return [] }
        return [
            LawViolation(
                .nothingLost, at: call.uptime, objects: ["volume \(uid)"],
                "its data is deleted, and nobody asked for that")
        ]
    }

    mutating func ended(_ world: World) -> [LawViolation] {
        world.volumes.values.sorted { $0.name < $1.name }
            .filter { world.engine.deletedVolumes.contains($0.objectUID) && !$0.isBeingDeleted }
            .map { volume in
                LawViolation(
                    .nothingLost, at: world.uptime, objects: ["volume \(volume.name)"],
                    "its record stands, its data is gone")
            }
    }
}
