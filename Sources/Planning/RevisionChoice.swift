import Ambient
import InfraAPI

/// Which revision the set wants, and which one each slot should hold.
struct RevisionChoice {
    let observation: SetObservation
    /// The annotation whose value asks for the tag to be resolved anew.
    static let resolveAnnotation = "imm.dev/resolve"
    /// The annotation whose value asks for every instance to be replaced once.
    static let restartAnnotation = "imm.dev/restartedAt"

    /// Name of the revision that `spec` resolves to, as far as is known.
    let updateRevision: String?
    /// Whether `spec.template` has not been resolved yet.
    let isUnresolved: Bool
    /// The revision of that name; nil while none is stored.
    let update: Revision?
    /// The revision that was proven last: where a rollback goes.
    let lastProven: Revision?
    private let current: Revision?

    init(_ observation: SetObservation) {
        self.observation = observation
        let status = observation.set.status
        let asked = observation.set.metadata.annotations[RevisionChoice.resolveAnnotation]
        let stored = status.resolvedTemplateHash == observation.templateHash && status.resolveToken == asked
        if stored {
            updateRevision = status.updateRevision
            isUnresolved = status.updateRevision == nil
        } else if case .succeeded(let resolved) = observation.resolution,
            resolved.templateHash == observation.templateHash, resolved.resolveToken == asked
        {
            updateRevision = RevisionHash.name(set: observation.set.metadata.name, hash: resolved.hash)
            isUnresolved = false
        } else {
            updateRevision = status.updateRevision
            isUnresolved = true
        }
        let revisions = observation.revisions
        let name = updateRevision
        update = revisions.first { $0.metadata.name == name }
        lastProven = revisions.filter { $0.status.verdict == .proven }.max {
            ($0.status.provenAt ?? .epoch, $0.spec.number) < ($1.status.provenAt ?? .epoch, $1.spec.number)
        }
        current = revisions.first { $0.metadata.name == status.currentRevision }
    }

    /// The revision that is being rolled out; nil while none is stored. What `spec` resolves to, unless that was rejected and
    /// the last proven one takes its place (law L8: `spec` is never written).
    var target: Revision? { isRolledBack ? lastProven : update }
    /// What `spec` resolves to, if it was rejected.
    var rejected: Revision? { update?.status.verdict == .rejected ? update : nil }
    var isRolledBack: Bool {
        rejected != nil && lastProven != nil && observation.set.spec.onFailure == .rollback
    }
    /// Rejected, and nothing takes its place: nobody who serves is replaced, and slots that serve nobody are tried again.
    var isStopped: Bool { rejected != nil && !isRolledBack }

    var resolveToken: String? { observation.set.metadata.annotations[RevisionChoice.resolveAnnotation] }

    private func revision(named name: String?) -> Revision? {
        name.flatMap { name in observation.revisions.first { $0.metadata.name == name } }
    }

    /// Below the partition, while paused, and while the image is being resolved, a slot keeps what it has.
    func keeps(slot: Int) -> Bool {
        let spec = observation.set.spec
        let partition = spec.strategy.partition?.resolved(of: spec.replicas, rounding: .up) ?? 0
        return spec.paused || isUnresolved || slot < partition
    }

    func desired(slot: Int, occupants: [Occupant]) -> Revision? {
        guard keeps(slot: slot) || isStopped else { return target }
        // While unresolved, a roll-out that was under way stands still; nothing is started for it.
        let staying = occupants.filter { !$0.isLeaving && revision(named: $0.record.spec.revision) != nil }
        // Whoever serves stays. Of those who do not, one of a rejected revision comes last.
        let held =
            staying.first(where: \.isAvailable) ?? staying.first { !isRejected($0.record.spec.revision) }
            ?? staying.first
        guard let held else { return wantedInEmpty(slot: slot) }
        let gives = isUnresolved && isRolledBack && !held.isAvailable && isRejected(held.record.spec.revision)
        return gives ? target : revision(named: held.record.spec.revision)
    }

    /// What a slot gets that keeps what it has, and has nothing: what every slot last ran, or was proven. But where the
    /// roll-out stopped after its occupant was taken, it is tried with the new one again.
    private func wantedInEmpty(slot: Int) -> Revision? {
        let failed = observation.set.status.slotFailures.first { $0.slot == slot }?.revision
        if isStopped, failed == updateRevision { return update }
        guard let current else { return target }
        return isRejected(current.metadata.name) ? lastProven ?? target : current
    }

    private func isRejected(_ name: String) -> Bool { revision(named: name)?.status.verdict == .rejected }

    func restartToken(slot: Int) -> String? {
        keeps(slot: slot) || isStopped ? nil : askedRestart
    }

    /// The restart that is asked for.
    var askedRestart: String? { observation.set.metadata.annotations[RevisionChoice.restartAnnotation] }
    var askedRetry: String? { observation.set.metadata.annotations[Trial.retryAnnotation] }

    /// Why `spec` is not what the slots are to hold, in one sentence; nil while it is.
    var verdictWait: SlotWait? {
        guard !isUnresolved, let rejected else { return nil }
        let evidence = rejected.status.evidence.map { ": \($0.sentence)" } ?? ""
        let name = observation.set.metadata.name
        let retry = "; `immctl rollout retry \(name)` tries it again"
        let what = "\(rejected.words) was rejected\(evidence)"
        if isRolledBack, let lastProven {
            return SlotWait(slot: nil, .rolledBack, "\(what); rolled back to \(lastProven.words)\(retry)")
        }
        let why =
            observation.set.spec.onFailure == .pause
            ? "onFailure is Pause, so the roll-out stops" : "no other revision was proven, so the roll-out stops"
        return SlotWait(slot: nil, .rejected, "\(what); \(why)\(retry)")
    }

    /// The rollback, if it is decided now: what is stored does not say so yet.
    var newRollback: PlannedStep? {
        let status = observation.set.status
        guard !isUnresolved, isRolledBack, let rejected, let lastProven,
            status.targetRevision != lastProven.metadata.name || status.updateRevision != rejected.metadata.name
        else { return nil }
        let evidence = rejected.status.evidence.map { ": \($0.sentence)" } ?? ""
        return PlannedStep(
            .rollBack(from: rejected.metadata.name, to: lastProven.metadata.name), slot: nil, .rolledBack,
            "from \(rejected.words) to \(lastProven.words)\(evidence)")
    }

    /// Resolves and freezes the wanted template, and lets go of revisions beyond the limit.
    func plan(_ draft: inout PlanDraft) {
        if isUnresolved {
            resolve(&draft)
        } else if let updateRevision, update == nil {
            freeze(updateRevision, &draft)
        }
        forgetOldRevisions(&draft)
    }

    private func resolve(_ draft: inout PlanDraft) {
        let image = observation.set.spec.template.spec.image
        let asked = observation.set.status.resolvedTemplateHash == observation.templateHash
        let reason: Reason = asked ? .resolveRequested : .templateChanged
        switch observation.resolution {
        case .notStarted, .succeeded:
            guard case .reachable = observation.provider.health else { return }
            draft.add(.resolveTemplate, slot: nil, reason, "resolve image \(image)")
            draft.wait(nil, .resolvingImage, "resolving image \(image)")
        case .inFlight:
            draft.wait(nil, .resolvingImage, "resolving image \(image)")
        case .failed(let failure):
            let retryAt = ReplacementBackoff.retryAt(failure)
            draft.wait(nil, .imageUnavailable, "image \(image): \(failure.message)", until: retryAt)
            if retryAt <= draft.now, case .reachable = observation.provider.health {
                draft.add(.resolveTemplate, slot: nil, reason, "resolve image \(image) again")
            }
        }
    }

    private func freeze(_ name: String, _ draft: inout PlanDraft) {
        guard case .succeeded(let resolved) = observation.resolution else {
            // The record is gone though the status names it: resolve again.
            draft.add(.resolveTemplate, slot: nil, .templateChanged, "revision \(name) is missing")
            return
        }
        var spec = RevisionSpec()
        spec.set = observation.set.metadata.name
        spec.number = (observation.revisions.map(\.spec.number).max() ?? 0) + 1
        spec.hash = resolved.hash
        spec.template = resolved.template
        spec.volumeClaimTemplates = resolved.volumeClaimTemplates
        spec.requestedImage = resolved.requestedImage
        draft.add(
            .createRevision(spec), slot: nil, .templateChanged,
            "image \(resolved.requestedImage) is \(resolved.template.spec.image)")
    }

    private func forgetOldRevisions(_ draft: inout PlanDraft) {
        let status = observation.set.status
        var kept = Set(observation.instances.map(\.record.spec.revision))
        let proven = lastProven?.metadata.name
        for name in [status.currentRevision, updateRevision, status.targetRevision, status.lastProvenRevision, proven] {
            if let name { kept.insert(name) }
        }
        let old = observation.revisions.filter { !kept.contains($0.metadata.name) }.sorted {
            $0.spec.number < $1.spec.number
        }
        for revision in old.dropLast(observation.set.spec.revisionHistoryLimit) {
            draft.add(
                .deleteRevision(revision.metadata.name), slot: nil, .historyLimit,
                "more than \(observation.set.spec.revisionHistoryLimit) old revisions")
        }
    }
}
