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
        current = revisions.first { $0.metadata.name == status.currentRevision }
    }

    /// The revision that is being rolled out; nil while none is stored.
    var target: Revision? { revision(named: updateRevision) }

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
        guard keeps(slot: slot) else { return target }
        // While unresolved, a roll-out that was under way stands still; nothing is started for it.
        let held = occupants.filter { !$0.isLeaving }.map(\.record.spec.revision)
        return held.lazy.compactMap { revision(named: $0) }.first ?? current ?? target
    }

    func restartToken(slot: Int) -> String? {
        keeps(slot: slot) ? nil : observation.set.metadata.annotations[RevisionChoice.restartAnnotation]
    }

    /// Resolves and freezes the wanted template, and lets go of revisions beyond the limit.
    func plan(_ draft: inout PlanDraft) {
        if isUnresolved {
            resolve(&draft)
        } else if let updateRevision, target == nil {
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
        for name in [status.currentRevision, updateRevision, status.targetRevision, status.lastProvenRevision] {
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
