import InfraAPI

/// L5: the same replacement for the same reason backs off. So many instances of one revision in one slot within a minute
/// are a hot loop, whatever happens to them.
struct BackoffRule: LawRule {
    private struct Place: Hashable {
        let set: String
        let slot: Int
        let revision: String
    }

    private static let window = Duration.seconds(60)
    /// A back-off from 1 s that doubles lets 6 pass in a minute; users and deaths that nobody counts add some.
    private static let limit = 15

    private var created: [Place: [Duration]] = [:]

    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        guard change.before == nil, case .instance(let instance) = change.after else { return [] }
        let place = Place(set: instance.spec.set, slot: instance.spec.slot, revision: instance.spec.revision)
        let recent = (created[place] ?? []).filter { $0 > after.uptime - BackoffRule.window } + [after.uptime]
        created[place] = recent
        guard recent.count > BackoffRule.limit else { return [] }
        created[place] = []
        return [
            LawViolation(
                .converges, at: after.uptime, objects: ["set \(instance.spec.set)", "instance \(instance.name)"],
                "slot \(instance.spec.slot) got its instance number \(recent.count) of \(instance.spec.revision) within a minute"
            )
        ]
    }
}
