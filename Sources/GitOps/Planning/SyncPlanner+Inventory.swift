import GitClient
import InfraAPI

// What the source answers for.
extension SyncPlanner {
    private static let maximumEntries = 2000

    /// The inventory as it is now: uids that became known, without what is gone.
    mutating func setInventory(_ commit: RenderedCommit) {
        var entries: [ObjectID: String] = [:]
        for entry in stored.inventory {
            let id = ObjectID(entry)
            let live = observation.objects[id]
            let isWanted = commit.ids.contains(id)
            if entry.uid.isEmpty {
                // Written before it was applied for the first time: the field manager tells whether it was.
                if let live, live.managers.contains(source.fieldManager) {
                    entries[id] = live.uid
                } else if isWanted, entries[id] == nil {
                    entries[id] = ""
                }
            } else if let live, live.uid == entry.uid, isWanted || !live.isTerminating {
                entries[id] = entry.uid
            }
        }
        for id in commit.ids {
            if case .equal(let uid, _) = facts.checks[id] { entries[id] = uid }
        }
        plan.status.inventory = entries.sorted { $0.key < $1.key }.map { $0.key.entry(uid: $0.value) }
    }

    /// Names what is about to be applied for the first time, so that it is not forgotten if we stop before its uid is stored.
    mutating func addIntents(for ids: [ObjectID]) {
        var known: [ObjectID: Int] = [:]
        for (index, entry) in plan.status.inventory.enumerated() { known[ObjectID(entry)] = index }
        for id in ids {
            let uid = observation.objects[id]?.uid
            if let index = known[id] {
                if plan.status.inventory[index].uid != uid { plan.status.inventory[index].uid = "" }
            } else {
                plan.status.inventory.append(id.entry(uid: ""))
            }
        }
        plan.status.inventory.sort { ObjectID($0) < ObjectID($1) }
    }

    var itself: ObjectID { ObjectID(GitSource.resourceType, namespace: source.namespace, name: source.name) }

    func tooManyEntries(_ commit: RenderedCommit) -> SyncProblem? {
        let all = commit.ids.union(stored.inventory.map { ObjectID($0) })
        guard all.count > SyncPlanner.maximumEntries else { return nil }
        return SyncProblem(
            .tooManyObjects,
            "the commit's \(commit.objects.count) objects and those that wait to be pruned are \(all.count) together; a source "
                + "answers for at most \(SyncPlanner.maximumEntries): split it into several")
    }

    /// What becomes of entries whose manifests are gone.
    mutating func prune(_ commit: RenderedCommit, _ key: ContentKey) {
        plan.endsWait = true
        // A source that stands in its own repository is not deleted by it.
        let decision = PruneDecision(
            plan.status.inventory, commit: key.commit.hex, wanted: commit.ids, itself: itself,
            objects: observation.objects, spec.prune,
            observation.approvals)
        plan.status.inventory = decision.inventory
        for released in decision.released {
            note(
                .released, isWarning: false,
                "\(ObjectID(released.entry)) stays, and is nobody's from now on: \(released.reason)")
        }
        plan.steps += decision.answers.map(SyncStep.answer)
        if let pending = decision.pending {
            if stored.pendingPrune != pending { note(.pruneWaiting, isWarning: true, pending.message) }
            plan.status.pendingPrune = pending
            return conclude(.false, .pruneWaiting, pending.message, isStalled: true)
        }
        plan.status.pendingPrune = nil
        guard decision.deletions.isEmpty else {
            let names = decision.deletions.map { ObjectID($0) }.listed
            record(.applied, .pruned, "deleted \(names)", key.commit, commit.commit.subject)
            plan.steps.append(.delete(decision.deletions))
            return conclude(
                .false, .progressing, "\(words(commit)) is applied; \(names) are being deleted", isReconciling: true)
        }
        concludeApplied(commit)
    }

    /// An approval of another commit's deletions is of no use any more.
    mutating func refuseStaleApprovals(_ key: ContentKey) {
        for approval in observation.approvals
        where approval.status.outcome == .pending && approval.spec.commit != key.commit.hex {
            plan.steps.append(
                .answer(
                    PruneAnswer(
                        approval: approval.name, outcome: .refused,
                        message:
                            "GitSource \(source.name) is at commit \(key.commit), not at \(approval.spec.commit): look at what "
                            + "waits now, and approve that")))
        }
        if let pending = plan.status.pendingPrune, pending.commit != key.commit.hex { plan.status.pendingPrune = nil }
    }
}
