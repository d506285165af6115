import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI

/// Brings what is stored closer to what a repository says: observe, plan, apply, until nothing is left to do at once.
struct SourceReconciler: Sendable {
    let client: any ResourceClient
    let caches: SourceCaches
    let facts: FactKeeper
    let operations: BackgroundOperations<RepositoryReport>
    let work: RepositoryWork
    let events: EventRecorder
    let surroundings: Surroundings

    /// Looks in a row; a source that is not done by then lets others have the worker.
    private static let maximumRounds = 32
    /// How soon a write that lost to another one is planned again: the watch has it by then.
    private static let patience = Duration.milliseconds(100)

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        for _ in 0..<SourceReconciler.maximumRounds {
            let results = operations.takeResults(for: key)
            guard let source = caches.sources.get(key) else {
                operations.cancelAll(of: key)
                return await refuseApprovals(of: key)
            }
            take(results, source, logger)
            let plan = SyncPlanner.plan(observe(source))
            remember(plan, source)
            do throws(APIStatus) {
                let stored = try await store(plan, source)
                tell(plan, source, logger)
                let applier = StepApplier(
                    client: client, acting: work.access.acting, caches: caches, facts: facts, events: events,
                    surroundings: surroundings, source: stored,
                    logger: logger)
                for step in plan.steps { try await take(step, applier) }
            } catch {
                if error.isConflict || error.isNotFound { return .requeue(after: SourceReconciler.patience) }
                return .failed(error)
            }
            if plan.steps.contains(where: \.isAwaited) { continue }
            return plan.wake.map { .requeue(after: max(.zero, $0 - surroundings.time.uptime)) } ?? .done
        }
        return .requeue(after: .zero)
    }

    /// Those that name a source that is not there.
    private func refuseApprovals(of key: NamespacedName) async -> ReconcileOutcome {
        for var approval in caches.approvals(of: key) where approval.status.outcome == .pending {
            approval.status.outcome = .refused
            approval.status.decidedAt = surroundings.time.now
            approval.status.message = "there is no GitSource \(key.name) in namespace \(key.namespace)"
            do throws(APIStatus) {
                caches.approvals.absorb(written: try await client.updateStatus(approval))
            } catch {
                if error.isConflict || error.isNotFound { return .requeue(after: SourceReconciler.patience) }
                return .failed(error)
            }
        }
        return .done
    }

    // Observe.

    private func observe(_ source: GitSource) -> SyncObservation {
        let facts = facts.get(source.uid)
        var observation = SyncObservation(
            source: source, facts: facts, uptime: surroundings.time.uptime, now: surroundings.time.now)
        observation.operations = operations.underWay(of: NamespacedName(source)).filter { $0.uid == source.uid }.map(
            \.step)
        observation.dependencies = DependencyState(of: source) { name in
            caches.sources.get(NamespacedName(namespace: source.namespace, name: name))
        }
        observation.approvals = caches.approvals(of: NamespacedName(source))
        guard case .rendered(let commit) = facts.content?.result else { return observation }
        var ids = commit.ids.union(source.status.inventory.map { ObjectID($0) })
        for namespace in commit.namespaces {
            ids.insert(ObjectID(Namespace.resourceType, namespace: "", name: namespace))
        }
        for id in ids { observation.objects[id] = caches.mirror.get(id) }
        return observation
    }

    private func take(
        _ results: [(key: OperationKey, result: OperationResult<RepositoryReport>)], _ source: GitSource,
        _ logger: Logger
    ) {
        for (key, result) in results {
            // Of a source of the same name that is gone, or cancelled before its turn.
            guard key.uid == source.uid, case .finished(let report) = result else { continue }
            let now = surroundings.time.uptime
            let newest = PollRequest(
                generation: source.metadata.generation, token: source.metadata.annotations[GitSource.syncAnnotation])
            facts.update(source.uid) { facts in
                switch report.finding {
                // The answer to an older request that comes after the one to the newest.
                case .polled(let request, _): if request != newest, facts.poll?.request == newest { return }
                // Of a commit that nobody wants any more, most often called off in the middle.
                case .prepared(let key, _, _): if key != SyncPlanner.contentKey(of: source, facts) { return }
                }
                facts.take(
                    report, interval: .seconds(source.spec.intervalSeconds), jitterPercent: source.spec.jitterPercent,
                    uptime: now, surroundings.randomness)
            }
        }
    }

    private func remember(_ plan: SyncPlan, _ source: GitSource) {
        let now = surroundings.time.uptime
        facts.update(source.uid) { facts in
            if plan.endsWait { facts.wait = nil }
            if let wait = plan.wait, facts.wait?.key != wait { facts.wait = (wait, now) }
        }
    }

    // Apply.

    /// Returns the source as it is stored then.
    private func store(_ plan: SyncPlan, _ source: GitSource) async throws(APIStatus) -> GitSource {
        guard plan.status != source.status else { return source }
        var changed = source
        changed.status = plan.status
        let written = try await client.updateStatus(changed)
        caches.sources.absorb(written: written)
        return written
    }

    private func tell(_ plan: SyncPlan, _ source: GitSource, _ logger: Logger) {
        for event in plan.events {
            events.record(
                source, event.isWarning ? .warning : .normal, reason: event.name.rawValue, message: event.message)
            logger.log(
                level: event.isWarning ? .warning : .info, "git source",
                metadata: ["event": "\(event.name.rawValue)", "message": "\(event.message)"])
        }
    }

    private func take(_ step: SyncStep, _ applier: StepApplier) async throws(APIStatus) {
        let source = applier.source
        let owner = NamespacedName(source)
        switch step {
        case .cancel(let name):
            operations.cancel(OperationKey(owner: owner, uid: source.uid, step: name))
        case .poll(let request):
            let work = work
            let last = facts.get(source.uid).poll
            let isRoutine = last?.request == request && last?.problem == nil
            operations.start(
                OperationKey(owner: owner, uid: source.uid, step: request.step), limit: source.spec.server
            ) { await work.poll(request, source, isRoutine: isRoutine) }
        case .prepare(let key):
            let work = work
            operations.start(OperationKey(owner: owner, uid: source.uid, step: key.step), limit: source.spec.server) {
                await work.prepare(key, source)
            }
        case .check(let ids, let explains): await applier.check(ids, explains: explains)
        case .apply(let ids, let reason): await applier.apply(ids, reason)
        case .delete(let entries): await applier.delete(entries)
        case .answer(let answer): try await applier.answer(answer)
        }
    }
}

extension GitSourceSpec {
    /// Calls to one server are limited together, so that a slow one holds up nobody else's.
    var server: String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 2 ? "\(parts[0])//\(parts[2])" : url
    }
}
