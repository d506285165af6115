import InfraAPI
import ProviderInterface

/// L6: effects address only what has a stored record, and in the end nothing of ours is left without one; what came after
/// its caller had given up is reported as Unknown. That foreign objects are not touched the engine itself watches.
struct NothingForeignRule: LawRule {
    /// A record goes after what it is of: it is all that tells that the instance is ours.
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        guard case .instance(let old) = change.before, change.after == nil, after.stands(old.uid),
            !after.isDispossessed(old), Writer.isController
        else { return [] }
        return [
            LawViolation(
                .nothingForeign, at: after.uptime, objects: ["instance \(old.name)"],
                "its record went while it is at the provider")
        ]
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard call.operation.isEffect else { return [] }
        func violation(_ object: String) -> [LawViolation] {
            [
                LawViolation(
                    .nothingForeign, at: call.uptime, objects: [object],
                    "\(call.operation) of something that has no stored record")
            ]
        }
        // A receipt is a record too: its instance's life is over, and what a late create left of it may go.
        let isOver = { (uid: String) in
            call.operation == .destroy
                && world.volumes.values.contains { volume in
                    volume.status.receipts.contains { $0.instanceUID == uid && $0.proof != .forced }
                }
        }
        if let uid = call.instance?.uid, world.instances[uid] == nil, !isOver(uid) {
            return violation("instance \(uid)")
        }
        if let uid = call.volumeUID, world.volume(object: uid) == nil, !world.isSupersededTry(uid) {
            return violation("volume \(uid)")
        }
        if let uid = call.snapshotUID, world.snapshots[uid] == nil { return violation("snapshot \(uid)") }
        return []
    }

    mutating func ended(_ world: World) -> [LawViolation] {
        let reported = Set(world.providers.values.flatMap { $0.status.unknownObjects.compactMap(\.uid) })
        let leaked = world.engine.sortedInstances.filter { instance in
            !instance.isForeign && world.instances[instance.observed.uid] == nil
                && !(instance.isLate && reported.contains(instance.observed.uid))
        }
        let leftVolumes = world.engine.volumes.values.filter {
            !$0.isForeign && world.volume(object: $0.observed.uid) == nil && !reported.contains($0.observed.uid)
        }
        let leftCopies = world.engine.sortedSnapshots.map(\.observed.handle.uid).filter {
            world.snapshots[$0] == nil && !reported.contains($0)
        }
        let dead = world.engine.sortedInstances.filter { $0.isForeign && !$0.isRunning }
        return leaked.map { instance in
            LawViolation(
                .nothingForeign, at: world.uptime, objects: ["instance \(instance.observed.uid)"],
                "left at the provider without a record"
                    + (instance.isLate ? ", made after its caller had given up, and not reported as Unknown" : ""))
        }
            + leftVolumes.map(\.observed.uid).sorted().map { uid in
                LawViolation(
                    .nothingForeign, at: world.uptime, objects: ["volume \(uid)"],
                    "left at the provider without a record")
            }
            + leftCopies.map { uid in
                LawViolation(
                    .nothingForeign, at: world.uptime, objects: ["snapshot \(uid)"],
                    "left at the provider without a record, and not reported as Unknown")
            }
            + dead.map { instance in
                LawViolation(
                    .nothingForeign, at: world.uptime, objects: ["instance \(instance.observed.providerID)"],
                    "a foreign instance was ended")
            }
    }
}
