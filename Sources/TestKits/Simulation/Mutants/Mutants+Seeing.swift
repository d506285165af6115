import Ambient
import InfraAPI
import JSON
import Planning

// Bugs in what the planner takes for true.
extension Mutant {
    static let seeing: [Mutant] = [
        .seeing("budget-unavailable", "one more instance may be missing than the budget says") { observation in
            let spec = observation.set.spec
            guard spec.strategy.type == .rollingReplace, !observation.set.isBeingDeleted else { return }
            let budget = Budget(spec, claims: spec.volumeClaimTemplates, template: spec.template.spec)
            observation.set.spec.strategy.maxUnavailable = .int(budget.maxUnavailable + 1)
        },
        .seeing("budget-surge", "one more occupant may be there than the budget says") { observation in
            let spec = observation.set.spec
            guard spec.strategy.type == .rollingReplace else { return }
            let budget = Budget(spec, claims: spec.volumeClaimTemplates, template: spec.template.spec)
            observation.set.spec.strategy.maxSurge = .int(budget.maxSurge + 1)
        },
        .seeing("running-is-ready", "an instance that runs counts as ready, whatever its probe says") { observation in
            for index in observation.instances.indices where observation.instances[index].fact == .running {
                let since = observation.instances[index].observed?.startedAt ?? observation.now
                observation.instances[index].readiness = .pass(since: since)
            }
        },
        .seeing("exited-is-created", "an instance that exited is taken for one that never ran") { observation in
            for index in observation.instances.indices {
                guard case .exited = observation.instances[index].fact else { continue }
                observation.instances[index].fact = .created
            }
        },
        .seeing("unknown-is-absent", "an instance that nobody can see is taken for gone") { observation in
            for index in observation.instances.indices where observation.instances[index].fact == .unknown {
                observation.instances[index].fact = .absent
            }
        },
        .seeing("attachment-ignored", "a volume whose holder is on its way out is taken for free") { observation in
            let leaving = Set(
                observation.instances.filter { $0.record.isBeingDeleted || $0.record.status.step?.name == .stop }
                    .map(\.record.uid))
            for index in observation.volumes.indices {
                guard let holder = observation.volumes[index].record.status.attachment?.instanceUID,
                    leaving.contains(holder)
                else { continue }
                observation.volumes[index].record.status.attachment = nil
            }
            observation.instances.removeAll { leaving.contains($0.record.uid) }
        },
        .seeing("unwatched-counts", "an instance that ended while nobody watched is evidence against its revision") {
            observation in
            for index in observation.instances.indices where observation.instances[index].endCause == .unwatched {
                observation.instances[index].endCause = .own
            }
        },
        .seeing("kill-counts", "exit code 137 is taken for a failure of the image") { observation in
            for index in observation.instances.indices where observation.instances[index].fact == .exited(code: 137) {
                observation.instances[index].fact = .exited(code: 1)
            }
        },
        .seeing("unproven-rollback", "a rollback goes to the newest other revision, proven or not") { observation in
            let update = observation.set.status.updateRevision
            guard
                observation.revisions.contains(where: { $0.metadata.name == update && $0.status.verdict == .rejected })
            else { return }
            let others = observation.revisions.indices.filter { observation.revisions[$0].metadata.name != update }
            guard
                let newest = others.max(by: {
                    observation.revisions[$0].spec.number < observation.revisions[$1].spec.number
                })
            else { return }
            observation.revisions[newest].status.verdict = .proven
        },
        .seeing("orphan-not-seen", "the orphaned volume of a slot is not found again") { observation in
            let orphans = observation.volumes.map(\.record).filter {
                $0.status.boundSetUID == nil && $0.status.orphanedAt != nil
            }
            observation.volumes.removeAll { orphans.contains($0.record) }
            observation.takenVolumeNames.formUnion(orphans.map(\.metadata.name))
        },
        .seeing("provider-taken-for-reachable", "what a lost provider said last is taken for what it says") {
            observation in
            if case .unreachable = observation.provider.health { observation.provider.health = .reachable }
            for index in observation.instances.indices where observation.instances[index].fact == .unknown {
                let record = observation.instances[index].record
                observation.instances[index].fact =
                    record.status.startedAt == nil
                    ? .absent : record.status.finishedAt == nil ? .running : .exited(code: nil)
            }
        },
        Mutant(
            "stale-cache", "plans are made on the observation before the last one",
            planner: {
                let previous = Guarded<[String: SetObservation]>([:])
                return { observation in
                    let uid = observation.set.metadata.uid
                    var stale = previous.withLock { memory -> SetObservation in
                        defer { memory[uid] = observation }
                        return memory[uid] ?? observation
                    }
                    stale.now = observation.now
                    return Planner.plan(stale)
                }
            },
            client: { base in
                BentClient(
                    base,
                    update: { object in
                        var object = object
                        object[path: ["metadata", "resourceVersion"]] = nil
                        return object
                    })
            }),
    ]
}
