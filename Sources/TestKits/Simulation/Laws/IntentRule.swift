import InfraAPI
import ProviderInterface

/// L7: an effect begins only after its intent is stored. A start may reach the provider after its instance was told to go: whoever sent
/// it had the intent on record, and what ends the instance waits for it.
struct IntentRule: LawRule {
    /// uids of instances whose start was intended once.
    private var startIntended: Set<String> = []

    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        if case .instance(let instance) = change.after, instance.status.step?.name == .start {
            startIntended.insert(instance.uid)
        }
        return []
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard let handle = call.instance, let record = world.instances[handle.uid] else { return [] }
        let isIntended: Bool
        switch call.operation {
        case .stop: isIntended = record.isBeingDeleted || record.status.step?.name == .stop
        case .destroy: isIntended = record.isBeingDeleted
        case .start: isIntended = record.spec.epoch == 0 || startIntended.contains(record.uid)
        default: return []
        }
        guard !isIntended else { return [] }
        return [
            LawViolation(
                .crashAnywhere, at: call.uptime, objects: ["instance \(record.name)"],
                "\(call.operation) before the intent to do it was stored")
        ]
    }
}
