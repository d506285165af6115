import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI

/// Takes the steps of one plan that touch objects, and notes what came of each.
struct StepApplier: Sendable {
    let client: any ResourceClient
    /// The client that acts as a source.
    let acting: @Sendable (NamespacedName) -> any ResourceClient
    let caches: SourceCaches
    let facts: FactKeeper
    let events: EventRecorder
    let surroundings: Surroundings
    /// As it is stored by now: with the names of what is about to be applied.
    let source: GitSource
    let logger: Logger

    private static let retry = Backoff.Policy(initial: .seconds(1), maximum: .seconds(60))

    private var writer: ObjectWriter {
        let (caches, source) = (caches, source)
        return ObjectWriter(
            client: acting(NamespacedName(source)), source: source, mirror: caches.mirror,
            otherOwner: { id, uid in caches.owner(of: id, uid: uid, but: source) }, now: surroundings.time.uptime)
    }

    private var commit: RenderedCommit? {
        if case .rendered(let commit) = facts.get(source.uid).content?.result { commit } else { nil }
    }

    /// Stops at the first thing that is in the way of all: the rest is asked later.
    func check(_ ids: [ObjectID], explains: Bool) async {
        guard let commit else { return }
        let (writer, known) = (writer, facts.get(source.uid).checks)
        for id in ids {
            guard let object = commit.object(id) else { continue }
            do throws(APIStatus) {
                let check = try await writer.check(
                    object, commit, last: known[id], explains: explains, surroundings.randomness)
                facts.update(source.uid) { facts in
                    facts.checks[id] = check
                    if case .equal = check { facts.settled.insert(id) }
                    facts.trouble = nil
                }
            } catch { return note(error, at: id) }
        }
    }

    func apply(_ ids: [ObjectID], _ reason: ApplyReason) async {
        guard let commit else { return }
        let writer = writer
        for id in ids {
            let known = facts.get(source.uid)
            guard let object = commit.object(id), let check = known.checks[id] else { continue }
            let isAgain = reason == .drift || known.settled.contains(id)
            if isAgain { count(revertOf: id) }
            do throws(APIStatus) {
                let (state, applied) = try await writer.apply(object, isOurs: check.isOurs)
                note(state, applied, of: id)
                if isAgain { tell(revertOf: id, check) }
            } catch {
                if error.isPassing { return note(error, at: id) }
                let problem = SyncProblem(refusal: error, of: id, source)
                let now = surroundings.time.uptime
                facts.update(source.uid) { facts in
                    facts.checks[id] = .refused(
                        problem, mark: caches.mirror.get(id)?.mark, failures: 1, due: now + .seconds(5))
                }
                return
            }
        }
    }

    private func note(_ state: ObjectCheck, _ applied: ObjectWriter.Applied, of id: ObjectID) {
        facts.update(source.uid) { facts in
            facts.checks[id] = state
            facts.settled.insert(id)
            facts.trouble = nil
            switch applied {
            case .created: facts.created += 1
            case .configured: facts.configured += 1
            case .unchanged: break
            }
        }
        logger.debug("object applied", metadata: ["object": "\(id)", "outcome": "\(applied)"])
    }

    private func count(revertOf id: ObjectID) {
        let now = surroundings.time.uptime
        facts.update(source.uid) { facts in
            facts.reverts = facts.reverts.filter { !$0.value.isForgotten(at: now) }
            var revert = facts.reverts[id] ?? RevertFact(count: 0, at: now)
            revert.count += 1
            revert.at = now
            facts.reverts[id] = revert
        }
    }

    private func tell(revertOf id: ObjectID, _ check: ObjectCheck) {
        let what =
            switch check {
            case .differs(_, _, _, let changes) where !changes.isEmpty: changes
            case .missing: "it was deleted"
            default: "it was changed"
            }
        tell(.driftReverted, isWarning: true, "\(id): \(what); it is as in the commit again")
    }

    private func tell(_ name: SyncEvent.Name, isWarning: Bool, _ message: String) {
        events.record(source, isWarning ? .warning : .normal, reason: name.rawValue, message: message)
        logger.log(
            level: isWarning ? .warning : .info, "git source",
            metadata: ["event": "\(name.rawValue)", "message": "\(message)"])
    }

    /// The source's own rights go last: the others are deleted by them.
    func delete(_ entries: [InventoryEntry]) async {
        let writer = writer
        let rights = RoleBinding.resourceType.kind
        for entry in entries.filter({ $0.kind != rights }) + entries.filter({ $0.kind == rights }) {
            let id = ObjectID(entry)
            do throws(APIStatus) {
                try await writer.delete(entry)
                facts.update(source.uid) { $0.trouble = nil }
                tell(.pruned, isWarning: false, "\(id) was deleted: its manifest is gone")
            } catch { return note(error, at: id) }
        }
    }

    /// What was consented to stands before it is done.
    func answer(_ answer: PruneAnswer) async throws(APIStatus) {
        let key = NamespacedName(namespace: source.namespace, name: answer.approval)
        guard var approval = caches.approvals.get(key), approval.status.outcome == .pending else { return }
        approval.status.outcome = answer.outcome
        approval.status.decidedAt = surroundings.time.now
        approval.status.message = answer.message
        caches.approvals.absorb(written: try await client.updateStatus(approval))
        logger.notice(
            "prune approval",
            metadata: [
                "approval": "\(key)", "by": "\(approval.status.requestedBy ?? "")",
                "outcome": "\(answer.outcome.rawValue)", "why": "\(answer.message ?? "")",
            ])
    }

    private func note(_ error: APIStatus, at id: ObjectID) {
        let now = surroundings.time.uptime
        let problem =
            error.isPassing
            ? SyncProblem(.applyFailed, "\(id): \(error.message); tried again")
            : SyncProblem(refusal: error, of: id, source)
        facts.update(source.uid) { facts in
            let failures = (facts.trouble?.failures ?? 0) + 1
            let delay = StepApplier.retry.delay(afterAttempt: failures, surroundings.randomness)
            facts.trouble = TroubleFact(problem: problem, failures: failures, due: now + delay)
        }
        logger.warning("object not applied, tried again", metadata: ["object": "\(id)", "error": "\(error)"])
    }
}

extension ObjectCheck {
    /// Whether fields that others took may be taken back.
    var isOurs: Bool {
        switch self {
        case .equal: true
        case .differs(_, _, let isOurs, _): isOurs
        case .missing, .unchecked, .terminating, .refused: false
        }
    }
}
