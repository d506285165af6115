import InfraAPI
import ProviderInterface

/// L1: the spec of an Instance or a Revision never changes, and nothing is started that is on record as having ended.
struct NeverEditedRule: LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        switch (change.before, change.after) {
        case (.instance(let old), .instance(let new)) where old.uid == new.uid && old.spec != new.spec:
            [LawViolation(.neverEdited, at: after.uptime, objects: ["instance \(new.name)"], "its spec changed")]
        case (.revision(let old), .revision(let new)) where old.uid == new.uid && old.spec != new.spec:
            [LawViolation(.neverEdited, at: after.uptime, objects: ["revision \(new.name)"], "its spec changed")]
        default: []
        }
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard call.operation == .start, let uid = call.instance?.uid, let record = world.instances[uid],
            record.status.finishedAt != nil
        else { return [] }
        return [
            LawViolation(
                .neverEdited, at: call.uptime, objects: ["instance \(record.name)"],
                "started again, though it is on record that it ended")
        ]
    }

    mutating func ended(_ world: World) -> [LawViolation] {
        world.engine.sortedInstances.filter { $0.startCount > 1 }.map { instance in
            LawViolation(
                .neverEdited, at: world.uptime, objects: ["instance \(instance.observed.uid)"],
                "started \(instance.startCount) times")
        }
    }
}
