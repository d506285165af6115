import Ambient
import InfraAPI

/// Whether the revision that is rolled out fails a gate. Judged before anything is planned, so that a plan never begins
/// anything for a revision that it rejects.
///
/// Evidence is what only image or template can be blamed for. An instance that was killed from outside, that is gone, or
/// that ended while nobody watched (a restart of the engine, a power cut, a controller that was down) is replaced and
/// blames nobody: if it was the revision after all, its successor fails under our eyes.
struct Trial {
    /// The annotation whose value asks for a rejected revision to be tried again.
    static let retryAnnotation = "imm.dev/retry"

    /// As it is once the verdict stands.
    private(set) var observation: SetObservation
    /// The records of the verdict.
    private(set) var steps: [PlannedStep] = []

    init(_ observation: SetObservation) {
        self.observation = observation
        obeyRetry()
        // What failed before the retry is replaced, and is no evidence any more.
        if steps.isEmpty { judge() }
    }

    /// A person's word clears the verdict, and the back-off with it.
    private mutating func obeyRetry() {
        let token = observation.set.metadata.annotations[Trial.retryAnnotation]
        guard let token, token != observation.set.status.retryToken else { return }
        let choice = RevisionChoice(observation)
        guard !choice.isUnresolved, let name = choice.updateRevision else { return }
        observation.set.status.slotFailures.removeAll { $0.revision == name }
        guard var status = choice.rejected?.status else { return }
        status.verdict = .pending
        status.rejectedAt = nil
        status.evidence = nil
        status.completedAt = nil
        status.retriedAt = observation.now
        record(status, of: name, .retryRequested) { _ in
            "\(name) was rejected, and is tried again because somebody asked for it"
        }
    }

    private mutating func judge() {
        let choice = RevisionChoice(observation)
        guard case .reachable = observation.provider.health, !choice.isUnresolved, let update = choice.update,
            update.status.verdict == .pending, let evidence = evidence(against: update)
        else { return }
        var status = update.status
        status.verdict = .rejected
        status.rejectedAt = observation.now
        status.completedAt = nil
        status.evidence = evidence
        record(status, of: update.metadata.name, .rejected) { $0.verdictWait?.message ?? evidence.sentence }
    }

    /// - Parameter message: from the choice as it is with the verdict.
    private mutating func record(
        _ status: RevisionStatus, of name: String, _ reason: Reason, _ message: (RevisionChoice) -> String
    ) {
        for index in observation.revisions.indices where observation.revisions[index].metadata.name == name {
            observation.revisions[index].status = status
        }
        let message = message(RevisionChoice(observation))
        steps.append(PlannedStep(.recordVerdict(revision: name, status), slot: nil, reason, message))
    }

    /// The first failure, by slot and name.
    private func evidence(against revision: Revision) -> RevisionEvidence? {
        let spec = observation.set.spec
        let minReady = Duration.seconds(spec.minReadySeconds)
        let dispossessed = ForceDetachPlanner.dispossessed(observation.volumes)
        let failures = observation.instances.lazy
            .filter { $0.record.spec.revision == revision.metadata.name && $0.record.spec.slot < spec.replicas }
            .filter { !dispossessed.contains($0.record.metadata.uid) }
            .map { Occupant($0, minReady: minReady, now: observation.now) }
            .filter { !$0.isLeaving }
            .compactMap { occupant in
                failure(of: occupant, revision).map { (occupant: occupant, reason: $0.0, message: $0.1) }
            }
        let first = failures.min { ($0.occupant.slot, $0.occupant.name) < ($1.occupant.slot, $1.occupant.name) }
        guard let (occupant, reason, message) = first else { return nil }
        var evidence = RevisionEvidence()
        evidence.instance = occupant.name
        evidence.slot = occupant.slot
        evidence.reason = reason.rawValue
        evidence.message = String(message.prefix(RevisionEvidence.longestMessage))
        if case .exited(let code) = occupant.view.fact { evidence.exitCode = code }
        evidence.at = observation.now
        return evidence
    }

    private func failure(of occupant: Occupant, _ revision: Revision) -> (Reason, String)? {
        switch occupant.standing {
        case .dead(let reason, let message):
            switch reason {
            case .died: return occupant.view.endCause == .unwatched ? nil : (reason, message)
            case .notLive: return occupant.view.wasSeenAlive ? (reason, message) : nil
            case .startRefused: return (reason, message)
            default: return nil
            }
        case .starting:
            let deadline = observation.set.spec.progressDeadlineSeconds
            guard occupant.view.wasSeenAlive, let start = occupant.failingSince(of: revision),
                start + .seconds(deadline) <= observation.now
            else { return nil }
            let trouble = occupant.view.readinessTrouble.map { ": \($0)" } ?? ""
            return (.deadlineExceeded, "it was not ready for \(deadline) s\(trouble)")
        case .pending, .created, .ready, .available, .unknown: return nil
        }
    }
}

extension Revision {
    /// For people: number, name and image.
    var words: String {
        let image = spec.requestedImage.isEmpty ? spec.template.spec.image : spec.requestedImage
        return "revision \(spec.number) (\(metadata.name), \(image))"
    }
}
