import InfraAPI
import ProviderInterface

/// L7: an effect begins only after its intent is stored.
struct IntentRule: LawRule {
    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard let handle = call.instance, let record = world.instances[handle.uid] else { return [] }
        let isIntended: Bool
        switch call.operation {
        case .stop: isIntended = record.isBeingDeleted || record.status.step?.name == .stop
        case .destroy: isIntended = record.isBeingDeleted
        case .start: isIntended = record.spec.epoch == 0 || record.status.step?.name == .start
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
