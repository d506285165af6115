import Ambient
import InfraAPI
import ProviderInterface

/// L4: no voluntary step begins that takes the set below its available instances, or an occupant above its surge. Worked
/// out apart from the planner, from the records at the commit that states the intent.
struct BudgetRule: LawRule {
    /// What the set asked for, and since when; a plan may be made on a state a moment old.
    private struct Limits: Sendable {
        let since: Duration
        let minAvailable: Int
        let maxOccupants: Int
        let minReady: Duration
    }

    private var limits: [String: [Limits]] = [:]
    /// How old the state may be that a plan is made on.
    private let planAge: Duration

    init(planAge: Duration) { self.planAge = planAge }

    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        switch (change.before, change.after) {
        case (_, .set(let set)):
            note(set, after)
            return []
        case (nil, .instance(let instance)): return created(instance, after)
        case (.instance(let old), .instance(let new)) where !old.isLeaving && new.isLeaving:
            return leaving(old, before)
        case (.instance(let old), .instance(let new)) where old.status.reason != new.status.reason:
            return takenForDead(new, after)
        default: return []
        }
    }

    private mutating func note(_ set: InstanceSet, _ world: World) {
        let now = Limits(
            since: world.uptime, minAvailable: BudgetRule.minAvailable(set), maxOccupants: BudgetRule.maxOccupants(set),
            minReady: .seconds(set.spec.minReadySeconds))
        limits[set.uid, default: []].append(now)
    }

    /// Limits that held at any time within the age of a plan.
    private func current(_ set: InstanceSet, _ world: World) -> [Limits] {
        let all = limits[set.uid] ?? []
        let first = all.lastIndex { $0.since <= world.uptime - planAge } ?? 0
        return Array(all[first...])
    }

    private func leaving(_ instance: Instance, _ world: World) -> [LawViolation] {
        guard let set = world.set(of: instance), !set.isBeingDeleted, instance.spec.slot < set.spec.replicas,
            !world.releasedByUsers.contains(instance.uid)
        else { return [] }
        let limits = current(set, world)
        let (shortest, longest) = (limits.map(\.minReady).min() ?? .zero, limits.map(\.minReady).max() ?? .zero)
        // What died is not available, whether that is stored already or not.
        guard world.isAvailable(instance, longest), world.isReadyInFact(instance, set, longest) else { return [] }
        // One plan's records are written side by side: that an instance became available may be stored a moment later.
        let available = world.instances(of: set).filter {
            !$0.isLeaving && (world.isAvailable($0, shortest) || world.isReadyInFact($0, set, shortest))
        }.count
        let least = limits.map(\.minAvailable).min() ?? 0
        guard available - 1 < least else { return [] }
        return [
            LawViolation(
                .budget, at: world.uptime, objects: ["set \(set.name)", "instance \(instance.name)"],
                "it is taken away while \(available) are available and \(least) must be")
        ]
    }

    /// Whoever is dead costs nothing of the budget: that nobody could see it must not make it so.
    private func takenForDead(_ instance: Instance, _ world: World) -> [LawViolation] {
        guard ["Lost", "Died", "Killed"].contains(instance.status.reason ?? ""), world.runs(instance) else { return [] }
        return [
            LawViolation(
                .budget, at: world.uptime, objects: ["set \(instance.spec.set)", "instance \(instance.name)"],
                "it is taken for dead (\(instance.status.message ?? "")) while it runs")
        ]
    }

    private func created(_ instance: Instance, _ world: World) -> [LawViolation] {
        guard let set = world.set(of: instance), !set.isBeingDeleted else { return [] }
        // One whose volume was taken away by force counts for nothing: somebody has said so.
        let occupants = world.instances(of: set).filter { !world.isDispossessed($0) }.count
        let most = current(set, world).map(\.maxOccupants).max() ?? Int.max
        guard occupants > most else { return [] }
        return [
            LawViolation(
                .budget, at: world.uptime, objects: ["set \(set.name)", "instance \(instance.name)"],
                "it is occupant number \(occupants), and \(most) may be")
        ]
    }

    private static func canSurge(_ set: InstanceSet) -> Bool {
        let spec = set.spec.template.spec
        let hasHostPort = spec.ports.contains { $0.hostPort != nil || spec.network == "host" }
        return set.spec.volumeClaimTemplates.isEmpty && !hasHostPort && set.spec.strategy.type == .rollingReplace
    }

    private static func maxSurge(_ set: InstanceSet) -> Int {
        guard canSurge(set) else { return 0 }
        return resolved(set.spec.strategy.maxSurge, set.spec.replicas, roundingUp: true)
    }

    private static func maxOccupants(_ set: InstanceSet) -> Int { set.spec.replicas + maxSurge(set) }

    private static func minAvailable(_ set: InstanceSet) -> Int {
        guard set.spec.strategy.type == .rollingReplace else { return 0 }
        var unavailable = resolved(set.spec.strategy.maxUnavailable, set.spec.replicas, roundingUp: false)
        if maxSurge(set) == 0 { unavailable = max(1, unavailable) }
        return max(0, set.spec.replicas - unavailable)
    }

    /// Unset is a quarter.
    private static func resolved(_ value: IntOrString?, _ replicas: Int, roundingUp: Bool) -> Int {
        switch value ?? .string("25%") {
        case .int(let number): return number
        case .string(let text):
            let percent = Int(text.dropLast()) ?? 0
            return roundingUp ? (replicas * percent + 99) / 100 : replicas * percent / 100
        }
    }
}

extension Instance {
    /// Whether its end is intended.
    var isLeaving: Bool {
        if isBeingDeleted { return true }
        switch status.step?.name {
        case .retire, .stop, .destroy: return true
        case .launch, .create, .start, nil: return false
        }
    }
}

extension World {
    /// Ready for long enough, as stored.
    func isAvailable(_ instance: Instance, _ minReady: Duration) -> Bool {
        guard !instance.isLeaving, instance.status.finishedAt == nil, let since = instance.status.readySince else {
            return false
        }
        return now - since >= minReady
    }

    /// Whether the engine runs it, and its making was no surprise.
    func runs(_ instance: Instance) -> Bool {
        engine.sortedInstances.contains { $0.observed.uid == instance.uid && $0.isRunning && !$0.isLate }
    }

    /// Ready for long enough, as the engine knows: without a probe, whoever runs is ready.
    func isReadyInFact(_ instance: Instance, _ set: InstanceSet, _ minReady: Duration) -> Bool {
        let template = revisions.values.first {
            $0.namespace == instance.namespace && $0.name == instance.spec.revision
        }?.spec.template
        let isProbed = (template ?? set.spec.template).spec.readinessProbe != nil
        return engine.sortedInstances.contains { standing in
            guard standing.observed.uid == instance.uid, standing.isRunning, let started = standing.startedUptime else {
                return false
            }
            guard isProbed else { return started + minReady <= uptime }
            return standing.passesProbes(at: uptime) && standing.passesProbes(at: uptime - minReady)
        }
    }
}
