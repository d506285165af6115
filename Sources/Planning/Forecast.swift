import InfraAPI

/// What would be done from an observation until the set is settled, if every effect succeeded at once: the whole
/// roll-out as `immctl plan` shows it. The same planner, on an imagined provider; nothing is stored.
public struct Forecast: Sendable, Hashable {
    public var steps: [PlannedStep]
    /// What the set waits for at the end, when it does not settle.
    public var waits: [SlotWait]
    /// Whether a fixed point was reached within the bound.
    public var isSettled: Bool

    /// - Parameter maxRounds: bound of planning rounds; a roll-out takes a few rounds a slot.
    public init(_ observation: SetObservation, maxRounds: Int = 50_000) {
        var world = ImaginedWorld(observation)
        steps = []
        waits = []
        isSettled = false
        for _ in 0..<maxRounds {
            guard let plan = world.advance() else {
                isSettled = waits.isEmpty
                return
            }
            steps += plan.steps
            waits = plan.waits
        }
    }

    /// The steps that people read of in a plan: what is made, replaced, moved and let go.
    public var changes: [PlannedStep] {
        steps.filter { planned in
            switch planned.step {
            case .recordVerdict(_, let status): status.verdict == .rejected
            case .createSnapshot, .refuseRestore: true
            case .displaceVolume: false
            case .createRevision, .createVolume, .bindVolume, .orphanVolume, .adoptVolume, .resizeVolume,
                .createInstance, .adoptInstance,
                .intend(_, .stop),
                .attachVolumes, .detachVolumes:
                true
            case .deleteInstance(let name):
                // A stop was shown already for one that holds volumes.
                !steps.contains { $0.step == .intend(instance: name, .stop) }
            case .addFinalizer, .removeFinalizer, .resolveTemplate, .deleteRevision, .prepareImage,
                .rollBack, .provisionVolume, .recordProvisioned, .recordResized, .answerForceDetach, .recordGap,
                .recordInstance,
                .intend,
                .execute, .forgetInstance:
                false
            }
        }
    }
}
