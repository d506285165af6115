import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ResourceAPI
import Telemetry

/// Move three of a reconcile: carries the plan out. Records are written here, conditional on the version that was planned
/// on; effects are begun and end beside the reconcile.
struct PlanApplier: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let effects: EffectRunner
    let events: EventRecorder
    let surroundings: Surroundings
    let measures: ProviderMeasures
    let unconfirmed: UnconfirmedWrites

    /// Steps of the set as a whole first; then the slots at the same time, so that their writes are grouped by the store;
    /// within a slot in order, and a slot stops at its first failure. The status comes last; but the memory of failures comes
    /// before what is done about them, or a status that cannot be written would make a slot try again without a pause.
    func apply(_ plan: Plan, _ observation: SetObservation, _ logger: Logger) async throws(APIStatus) {
        let versions = PlannedVersions(observation)
        for step in plan.steps where step.slot == nil { try await take(step, observation, versions) }
        let remembersFailure = plan.status.slotFailures != observation.set.status.slotFailures
        if remembersFailure { try await writeStatus(plan.status, observation, versions) }
        let bySlot = Dictionary(grouping: plan.steps.filter { $0.slot != nil }, by: \.slot)
        let slots = bySlot.keys.compactMap { $0 }.sorted()
        let failure = await withTaskGroup(of: APIStatus?.self) { group in
            for slot in slots {
                let steps = bySlot[slot] ?? []
                group.addTask {
                    do throws(APIStatus) {
                        for step in steps { try await take(step, observation, versions) }
                        return nil
                    } catch { return error }
                }
            }
            var first: APIStatus?
            for await failure in group where first == nil { first = failure }
            return first
        }
        if let failure { throw failure }
        if !remembersFailure { try await writeStatus(plan.status, observation, versions) }
    }

    /// Reads what an earlier plan may have written without an answer, so that the next one sees it.
    func confirmWrites(of set: NamespacedName) async throws(APIStatus) {
        try await unconfirmed.confirm(of: set, from: client)
    }

    private func records(_ observation: SetObservation, _ versions: PlannedVersions) -> RecordWriter {
        RecordWriter(
            client: client, caches: caches, set: observation.set, versions: versions, unconfirmed: unconfirmed,
            surroundings: surroundings)
    }

    private func writeStatus(
        _ status: InstanceSetStatus, _ observation: SetObservation, _ versions: PlannedVersions
    ) async throws(APIStatus) {
        // A finalizer that went may have taken the set with it.
        guard status != observation.set.status, let set = caches.sets.get(NamespacedName(observation.set)) else {
            return
        }
        try await records(observation, versions).writeStatus(status, of: set)
    }

    /// Every case of `Step`, exhaustively.
    private func take(
        _ planned: PlannedStep, _ observation: SetObservation, _ versions: PlannedVersions
    ) async throws(APIStatus) {
        let set = observation.set
        let records = records(observation, versions)
        switch planned.step {
        case .addFinalizer: try await records.addFinalizer()
        case .removeFinalizer: try await records.removeFinalizer()
        case .createRevision(let spec): try await records.createRevision(spec)
        case .recordVerdict(let name, let status): try await records.recordVerdict(name, status)
        case .rollBack: break  // the status that is written last has it
        case .deleteRevision(let name): try await records.deleteRevision(name)
        case .createVolume(let name, let spec): try await records.createVolume(name, spec)
        case .bindVolume(let name):
            try await records.updateVolume(name) {
                $0.boundSetUID = set.uid; $0.orphanedAt = nil; $0.orphanedSeconds = 0
            }
        case .recordProvisioned(let name, let made):
            try await records.updateVolume(name) {
                $0.provisioned = true
                $0.providerID = made.providerID
                $0.providerIdentity = made.providerIdentity
                $0.epoch = max($0.epoch, made.epoch)
            }
        case .adoptVolume(let name, let claim): try await records.adoptVolume(name, claim)
        case .recordResized(let name, let size): try await records.updateVolume(name) { $0.size = size }
        case .orphanVolume(let name):
            let now = observation.now
            try await records.updateVolume(name) {
                $0.boundSetUID = nil; $0.orphanedAt = now
            }
        case .createSnapshot(let name, let spec): try await records.createSnapshot(name, spec)
        case .displaceVolume(let name): try await records.displaceVolume(name)
        case .refuseRestore: break
        case .attachVolumes(let names, let instance, let uid, let epoch):
            try await records.attach(names, instance: instance, uid: uid, epoch: epoch)
        case .detachVolumes(let names, let receipt): try await records.detach(names, receipt)
        case .answerForceDetach(let name, let status): try await records.answerForceDetach(name, status)
        case .recordGap(let names, let epoch, let milliseconds):
            measures.handedOver(provider: observation.provider.name, gap: .milliseconds(milliseconds))
            for name in names {
                try await records.updateVolume(name) {
                    $0.lastGapEpoch = epoch; $0.lastGapMilliseconds = milliseconds
                }
            }
        case .createInstance(let spec):
            let occupants = observation.instances.map(\.record).filter { $0.spec.slot == spec.slot }
            let made = try await records.createInstance(spec, besides: occupants.map(\.metadata.name))
            report(planned, set)
            // Without volumes the record is the whole intent: its effect begins at once.
            if made.spec.epoch == 0 { effects.begin(.launch, on: made, observation) }
            return
        case .adoptInstance(let name): try await records.adopt(name)
        case .recordInstance(let name, let status): try await records.recordInstance(name, status)
        case .intend(let name, let step):
            let made = try await records.intend(name, step, planned.reason)
            effects.begin(step, on: made, observation)
        case .deleteInstance(let name):
            let gone = try await records.deleteInstance(name)
            if gone.spec.epoch == 0 {
                effects.begin(.retire, on: gone, observation)
            } else {
                effects.begin(.destroy, on: gone, observation)
            }
        case .execute(let name, let step):
            guard let view = observation.instances.first(where: { $0.record.metadata.name == name }) else { return }
            effects.begin(step, on: view.record, observation)
            return
        case .forgetInstance(let name): try await records.forgetInstance(name)
        case .resolveTemplate: effects.beginResolution(observation)
        case .prepareImage(let image): effects.beginPreparation(image, observation)
        case .provisionVolume(let name):
            effects.beginProvisioning(try await records.intendProvisioning(name), observation)
        case .resizeVolume(let name, let size): effects.beginResizing(name, to: size, observation)
        }
        report(planned, set)
    }

    /// Law L9: events print what the plan says. Mere bookkeeping makes none.
    private func report(_ planned: PlannedStep, _ set: InstanceSet) {
        guard planned.step.isReported else { return }
        let message = planned.slot.map { "slot \($0): \(planned.message)" } ?? planned.message
        events.record(
            set, planned.reason.isWarning ? .warning : .normal, reason: planned.reason.rawValue, message: message)
    }
}
