import InfraAPI

/// L8: `spec` is what people wrote, also after a rollback, which goes to a proven revision; and a rejected revision gets a new
/// occupant only where nothing takes its place, in a slot that is empty.
struct NewestWinsRule: LawRule {
    /// When people last changed a set's policy, by its uid; a plan may be made on a state a moment old.
    private var policyChangedAt: [String: Duration] = [:]
    private static let planAge = Duration.seconds(5)

    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        switch (change.before, change.after) {
        case (.set(let old), .set(let new)) where old.uid == new.uid:
            if old.spec.onFailure != new.spec.onFailure { policyChangedAt[new.uid] = after.uptime }
            return spec(old, new, after) + target(old, new, after)
        case (nil, .instance(let instance)): return created(instance, before)
        default: return []
        }
    }

    mutating func ended(_ world: World) -> [LawViolation] {
        world.sets.values.sorted { $0.name < $1.name }.flatMap { ended($0, world) }
    }

    private func spec(_ old: InstanceSet, _ new: InstanceSet, _ world: World) -> [LawViolation] {
        guard Writer.isController, old.spec != new.spec else { return [] }
        return [violation(world, ["set \(new.name)"], "the controller wrote its spec")]
    }

    /// The target differs from what `spec` resolves to only after a verdict.
    private func target(_ old: InstanceSet, _ new: InstanceSet, _ world: World) -> [LawViolation] {
        let (before, status) = (old.status, new.status)
        guard let target = status.targetRevision, let update = status.updateRevision, target != update,
            before.targetRevision != target || before.updateRevision != update
        else { return [] }
        var violations: [LawViolation] = []
        let objects = ["set \(new.name)", "revision \(target)"]
        if world.revision(update, of: new)?.status.verdict != .rejected {
            violations.append(violation(world, objects, "it takes the place of \(update), which is not rejected"))
        }
        if world.revision(target, of: new)?.status.verdict != .proven {
            violations.append(violation(world, objects, "rolled back to a revision that is not proven"))
        }
        return violations
    }

    private func created(_ instance: Instance, _ world: World) -> [LawViolation] {
        guard let set = world.set(of: instance), !set.isBeingDeleted,
            world.revision(instance.spec.revision, of: set)?.status.verdict == .rejected
        else { return [] }
        let objects = ["instance \(instance.name)", "revision \(instance.spec.revision)"]
        var violations: [LawViolation] = []
        let isPolicyOld = policyChangedAt[set.uid].map { $0 <= world.uptime - NewestWinsRule.planAge } ?? true
        if set.spec.onFailure == .rollback, isPolicyOld, world.hasProvenRevision(of: set) {
            violations.append(violation(world, objects, "made of a rejected revision, although another one is proven"))
        }
        let others = world.instances(of: set).filter { $0.spec.slot == instance.spec.slot && !$0.isLeaving }
        if !others.isEmpty {
            violations.append(violation(world, objects, "made of a rejected revision beside \(others[0].name)"))
        }
        return violations
    }

    /// Where a rollback could go to its end, nobody of the rejected revision is left.
    private func ended(_ set: InstanceSet, _ world: World) -> [LawViolation] {
        guard let target = set.status.targetRevision, target != set.status.updateRevision, !set.isBeingDeleted,
            !set.spec.paused, set.spec.strategy.partition == nil,
            !set.status.slotFailures.contains(where: { $0.revision == target })
        else { return [] }
        return world.instances(of: set).filter { $0.spec.revision != target }.map { left in
            violation(
                world, ["set \(set.name)", "instance \(left.name)"], "left on \(left.spec.revision) after a rollback")
        }
    }

    private func violation(_ world: World, _ objects: [String], _ message: String) -> LawViolation {
        LawViolation(.newestWins, at: world.uptime, objects: objects, message)
    }
}

extension World {
    func revision(_ name: String, of set: InstanceSet) -> Revision? {
        revisions.values.first { $0.namespace == set.namespace && $0.name == name }
    }

    func hasProvenRevision(of set: InstanceSet) -> Bool {
        revisions.values.contains {
            $0.namespace == set.namespace && $0.spec.set == set.name && $0.status.verdict == .proven
        }
    }
}
