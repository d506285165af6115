import InfraAPI

/// L3: volumes outlive instances and sets; their data goes only when somebody asked for it.
struct NothingLostRule: LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        func violation(_ volume: Volume, _ message: String) -> LawViolation {
            LawViolation(.nothingLost, at: after.uptime, objects: ["volume \(volume.name)"], message)
        }
        switch (change.before, change.after) {
        case (_, .volume(let volume)):
            return volume.metadata.ownerReferences.isEmpty
                ? [] : [violation(volume, "it has an owner, with which it would be deleted")]
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
