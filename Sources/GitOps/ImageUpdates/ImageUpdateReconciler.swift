import Ambient
import ControllerRuntime
import GitClient
import InfraAPI
import Logging
import ResourceAPI

/// Looks for newer images in the interval of a source, and stores what became of it: `status.proposal` and the condition ImageUpdates,
/// which no other controller writes.
struct ImageUpdateReconciler: Sendable {
    static let condition = "ImageUpdates"
    /// How soon a write that lost to another one is tried again: the watch has it by then.
    private static let patience = Duration.milliseconds(100)

    let client: any ResourceClient
    let sources: ResourceCache<GitSource>
    let operations: BackgroundOperations<ImageUpdateReport>
    let work: ImageUpdateWork
    let events: EventRecorder
    let surroundings: Surroundings
    let facts = Guarded<[String: ImageUpdateFacts]>([:])

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        let results = operations.takeResults(for: key)
        guard let source = sources.get(key), !source.isBeingDeleted else {
            operations.cancelAll(of: key)
            return .done
        }
        for (operation, result) in results {
            guard operation.uid == source.uid, case .finished(let report) = result else { continue }
            take(report, of: source)
        }
        do throws(APIStatus) {
            guard let updates = source.spec.imageUpdates else {
                try await forget(source)
                return .done
            }
            try await store(source, logger)
            return begin(source, updates)
        } catch {
            if error.isConflict || error.isNotFound { return .requeue(after: ImageUpdateReconciler.patience) }
            return .failed(error)
        }
    }

    /// Of sources that are gone.
    func retain(_ uids: Set<String>) { facts.withLock { facts in facts = facts.filter { uids.contains($0.key) } } }

    private func take(_ report: ImageUpdateReport, of source: GitSource) {
        let updates = source.spec.imageUpdates
        let interval = Duration.seconds(updates?.intervalSeconds ?? 0)
        let jitter = source.spec.jitterPercent
        let part = jitter == 0 ? 1000 : 1000 - 10 * jitter + surroundings.randomness.below(20 * jitter + 1)
        let due = surroundings.time.uptime + interval * part / 1000
        facts.withLock { facts in
            facts[source.uid, default: ImageUpdateFacts()].report = report
            facts[source.uid, default: ImageUpdateFacts()].due = due
        }
    }

    /// Nobody asks for updates any more.
    private func forget(_ source: GitSource) async throws(APIStatus) {
        operations.cancelAll(of: NamespacedName(source))
        facts.withLock { $0[source.uid] = nil }
        guard source.status.conditions[ImageUpdateReconciler.condition] != nil else { return }
        var changed = source
        changed.status.conditions.remove(type: ImageUpdateReconciler.condition)
        sources.absorb(written: try await client.updateStatus(changed))
    }

    private func store(_ source: GitSource, _ logger: Logger) async throws(APIStatus) {
        guard let report = facts.withLock({ $0[source.uid]?.report }) else { return }
        var changed = source
        if let proposal = report.proposal { changed.status.proposal = proposal }
        if report.isSettled { changed.status.proposal?.images = [] }
        changed.status.conditions.set(
            Condition(
                type: ImageUpdateReconciler.condition, status: report.reason.isGood ? .true : .false,
                reason: report.reason.rawValue, message: ImageUpdateReconciler.bounded(report.message),
                observedGeneration: source.metadata.generation, at: surroundings.time.now))
        // As the other controller of sources keeps them.
        changed.status.conditions.sort { $0.type < $1.type }
        if changed.status != source.status { sources.absorb(written: try await client.updateStatus(changed)) }
        facts.withLock { $0[source.uid]?.report = nil }
        tell(report, source, logger)
    }

    private func tell(_ report: ImageUpdateReport, _ source: GitSource, _ logger: Logger) {
        if report.isNew {
            events.record(source, .normal, reason: "ImageUpdateProposed", message: report.message)
            logger.info("image update proposed", metadata: ["message": "\(report.message)"])
        }
        let before = source.status.conditions[ImageUpdateReconciler.condition]
        guard !report.reason.isGood, before?.reason != report.reason.rawValue || before?.status != .false else {
            return
        }
        events.record(source, .warning, reason: report.reason.rawValue, message: report.message)
    }

    /// Starts a look when its time has come: on a commit that is applied, since nobody wants a proposal on top of a bad one.
    private func begin(_ source: GitSource, _ updates: GitImageUpdates) -> ReconcileOutcome {
        guard !source.spec.suspend, let applied = source.status.lastAppliedCommit,
            source.status.lastAttemptedCommit == applied, let commit = GitCommitID(applied)
        else { return .done }
        let basis = ImageUpdateFacts.Basis(generation: source.metadata.generation, commit: applied)
        let now = surroundings.time.uptime
        let wait = facts.withLock { facts -> Duration? in
            var fact = facts[source.uid] ?? ImageUpdateFacts()
            if fact.basis == basis, fact.due > now { return fact.due - now }
            (fact.basis, fact.due) = (basis, now + .seconds(updates.intervalSeconds))
            facts[source.uid] = fact
            return nil
        }
        if let wait { return .requeue(after: wait) }
        let work = work
        let key = OperationKey(
            owner: NamespacedName(source), uid: source.uid, step: "images \(basis.generation) \(basis.commit)")
        // The end of it queues the source again.
        operations.start(key, limit: "registries") { await work.look(source, updates, on: commit) }
        return .requeue(after: .seconds(updates.intervalSeconds))
    }

    /// A condition's message is stored with each write of the source.
    private static func bounded(_ message: String) -> String {
        message.utf8.count > 8_192 ? message.prefix(2_000) + "…" : message
    }
}
