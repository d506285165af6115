import Ambient
import InfraAPI
import Planning

// Bugs in what is decided.
extension Mutant {
    static let planning: [Mutant] = [
        .planning("receipt-skipped", "volumes are detached when the destruction begins, not when it is confirmed") {
            plan, observation in
            for case .deleteInstance(let name) in plan.steps.map(\.step) {
                guard let record = observation.record(name), record.spec.epoch > 0 else { continue }
                plan.append(.detachVolumes(observation.volumes(of: record), .forged(record, observation)), record)
            }
        },
        .planning("receipt-after-stop", "a stopped instance is taken for one that holds its volumes no more") {
            plan, observation in
            for view in observation.instances where view.record.spec.epoch > 0 {
                guard case .exited = view.fact, view.record.isBeingDeleted else { continue }
                let held = observation.volumes(of: view.record)
                if !held.isEmpty { plan.append(.detachVolumes(held, .forged(view.record, observation)), view.record) }
            }
        },
        .planning("forgotten-early", "the record of an instance goes before the instance") { plan, observation in
            for case .deleteInstance(let name) in plan.steps.map(\.step) {
                guard let record = observation.record(name) else { continue }
                plan.append(.forgetInstance(name), record)
            }
        },
        .planning("epoch-kept", "the incoming instance gets the epoch of the outgoing one") { plan, _ in
            plan.mapSteps { step in
                guard case .createInstance(var spec) = step, spec.epoch > 1 else { return step }
                spec.epoch -= 1
                return .createInstance(spec)
            }
        },
        .planning("epoch-repeated", "an attachment is stored with the epoch of the one before") { plan, _ in
            plan.mapSteps { step in
                guard case .attachVolumes(let names, let instance, let uid, let epoch) = step, epoch > 1 else {
                    return step
                }
                return .attachVolumes(names, instance: instance, uid: uid, epoch: epoch - 1)
            }
        },
        .planning("scale-down-first", "scale-down removes the lowest slot") { plan, observation in
            guard
                let first = observation.instances.filter({ !$0.record.isBeingDeleted })
                    .min(by: { $0.record.spec.slot < $1.record.spec.slot })?.record.name
            else { return }
            for index in plan.steps.indices where plan.steps[index].reason == .scaledDown {
                switch plan.steps[index].step {
                case .deleteInstance: plan.steps[index].step = .deleteInstance(first)
                case .intend(_, .stop): plan.steps[index].step = .intend(instance: first, .stop)
                default: break
                }
            }
        },
        .planning("intent-not-stored", "an instance is stopped before the intent is stored") { plan, _ in
            plan.mapSteps { step in
                guard case .intend(let name, .stop) = step else { return step }
                return .execute(instance: name, .stop)
            }
        },
        .planning("destroyed-without-stop", "an instance with volumes is destroyed while it runs, without intent") {
            plan, _ in
            plan.mapSteps { step in
                guard case .intend(let name, .stop) = step else { return step }
                return .execute(instance: name, .destroy)
            }
        },
        .planning("no-back-off", "the failures of a slot are forgotten at once") { plan, _ in
            plan.status.slotFailures = []
        },
        .planning("retry-not-echoed", "a retry that was obeyed is not noted, and so is obeyed again") {
            plan, observation in
            plan.status.retryToken = observation.set.status.retryToken
        },
        .planning(
            "surge-with-volumes", "a slot whose volumes attach at creation gets its next occupant beside the old one"
        ) {
            plan, observation in
            guard let target = observation.revisions.first(where: { $0.metadata.name == plan.status.targetRevision })
            else { return }
            for index in plan.steps.indices where plan.steps[index].reason == .newRevision {
                guard case .intend(let name, .stop) = plan.steps[index].step, var spec = observation.record(name)?.spec
                else { continue }
                (spec.revision, spec.revisionHash) = (target.metadata.name, target.spec.hash)
                spec.epoch += 1
                plan.steps[index].step = .createInstance(spec)
            }
        },
        Mutant(
            "orphan-given-away", "a slot that needs a volume takes the orphan of another set",
            planner: {
                let orphans = Guarded<[String: String]>([:])
                return { observation in
                    orphans.withLock { known in
                        for volume in observation.volumes.map(\.record) {
                            let isFree = volume.status.boundSetUID == nil && volume.status.orphanedAt != nil
                            known[volume.metadata.name] = isFree ? volume.spec.claim?.set : nil
                        }
                    }
                    var plan = Planner.plan(observation)
                    plan.mapSteps { step in
                        guard case .createVolume(_, let spec) = step, let claim = spec.claim else { return step }
                        let other = orphans.withLock { known -> String? in
                            let name = known.filter { $0.value != claim.set }.keys.min()
                            if let name { known[name] = nil }
                            return name
                        }
                        return other.map { .adoptVolume(name: $0, claim) } ?? step
                    }
                    return plan
                }
            }),
        .planning("restless-status", "the status tells the time, and so is always written anew") { plan, observation in
            guard !plan.status.conditions.isEmpty else { return }
            plan.status.conditions[0].message += " at \(observation.now.rfc3339Seconds)"
            plan.wakeAt = observation.now + .seconds(60)
        },
        .planning("receipt-never-recorded", "the volumes of a destroyed instance stay attached to it") { plan, _ in
            plan.steps.removeAll { if case .detachVolumes = $0.step { true } else { false } }
        },
        .planning("old-instances-kept", "nothing replaces an instance that is ready, whatever its revision") {
            plan, _ in
            plan.steps.removeAll { $0.reason == .newRevision || $0.reason == .replaced }
        },
    ]
}

extension SetObservation {
    fileprivate func record(_ name: String) -> Instance? { instances.first { $0.record.name == name }?.record }

    /// Names of the volumes that are attached to it.
    fileprivate func volumes(of record: Instance) -> [String] {
        volumes.map(\.record).filter { $0.status.attachment?.instanceUID == record.uid }.map(\.name)
    }
}

extension DetachReceipt {
    /// What a controller writes that did not read.
    fileprivate static func forged(_ record: Instance, _ observation: SetObservation) -> DetachReceipt {
        var receipt = DetachReceipt()
        receipt.epoch = record.spec.epoch
        receipt.instance = record.name
        receipt.instanceUID = record.uid
        receipt.providerIdentity = observation.provider.identity
        receipt.acknowledgedAt = observation.now
        receipt.readAt = observation.now
        return receipt
    }
}

extension Plan {
    fileprivate mutating func append(_ step: Step, _ record: Instance) {
        steps.append(PlannedStep(step, slot: record.spec.slot, .handover, "a deliberate bug"))
    }

    fileprivate mutating func mapSteps(_ change: (Step) -> Step) {
        for index in steps.indices { steps[index].step = change(steps[index].step) }
    }
}
