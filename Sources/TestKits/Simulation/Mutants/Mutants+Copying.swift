import InfraAPI
import Planning

// Bugs in how volumes are copied.
extension Mutant {
    static let copying: [Mutant] = [
        Mutant(
            "copy-before-receipt", "a volume is held for a copy while its outgoing instance is on its way out",
            planner: {
                { observation in
                    var plan = Planner.plan(observation)
                    // The copy is asked for as soon as the outgoing instance is told to go.
                    for case .intend(let name, .stop) in plan.steps.map(\.step) {
                        let uid = observation.instances.first { $0.record.name == name }?.record.uid
                        for view in observation.volumes
                        where uid != nil && view.record.status.attachment?.instanceUID == uid {
                            plan.steps += earlyCopy(of: view)
                        }
                    }
                    return plan
                }
            },
            snapshots: { observation in
                var seen = observation
                seen.volume?.status.attachment = nil
                return SnapshotPlanner.plan(seen)
            }),
        .seeing("copy-not-awaited", "a copy that is being made is taken for a whole one") { observation in
            for view in observation.volumes.indices {
                observation.volumes[view].record.status.copy = nil
                for index in observation.volumes[view].snapshots.indices
                where observation.volumes[view].snapshots[index].status.takenAt == nil {
                    observation.volumes[view].snapshots[index].status.takenAt = observation.now
                }
            }
        },
        .planning("copy-forgotten", "an instance of another revision gets the data without a copy") {
            plan, observation in
            var bare = observation
            for index in bare.set.spec.volumeClaimTemplates.indices {
                bare.set.spec.volumeClaimTemplates[index].spec.snapshotBeforeReplace = false
            }
            plan = Planner.plan(bare)
        },
    ]

    private static func earlyCopy(of view: VolumeView) -> [PlannedStep] {
        let volume = view.record
        guard !view.snapshots.contains(where: { $0.spec.epoch == volume.status.epoch }) else { return [] }
        var spec = SlotSnapshotSpec()
        spec.volume = volume.name
        spec.volumeUID = volume.uid
        spec.epoch = volume.status.epoch
        spec.purpose = .replacement
        let name = "\(volume.name)-\(volume.status.epoch)-\(volume.uid.prefix(8))".lowercased()
        return [
            PlannedStep(
                .createSnapshot(name: name, spec), slot: volume.spec.claim?.slot, .snapshotWanted, "copied too early")
        ]
    }
}
