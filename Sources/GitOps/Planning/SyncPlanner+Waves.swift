import GitClient
import InfraAPI

// Applying what differs: the commit's changes wave by wave, others' changes again.
extension SyncPlanner {
    /// Whether everything is applied. A wave waits for the health of the ones before; a new commit ends the wait.
    mutating func applyWaves(_ commit: RenderedCommit, _ key: ContentKey) -> Bool {
        let waves = commit.waves
        for (index, wave) in waves.enumerated() {
            let pending = wave.filter { !isEqual($0.id) }
            guard pending.isEmpty else {
                apply(pending, commit)
                return false
            }
            guard index < waves.count - 1 else { break }
            let unhealthy = wave.map(\.id).filter { trouble(of: $0) != nil }
            guard unhealthy.isEmpty else {
                setInventory(commit)
                noteRejected(commit)
                waitForHealth(unhealthy, WaitKey(content: key, wave: wave[0].wave), commit)
                return false
            }
        }
        return true
    }

    private mutating func apply(_ pending: [RenderedObject], _ commit: RenderedCommit) {
        var ready = pending.filter { !isTerminating($0.id) && mayApply($0.id) }
        // What stands in a namespace is looked at once the namespace is there.
        let namespaces = ready.filter { $0.rank == 0 }
        if !namespaces.isEmpty { ready = namespaces }
        setInventory(commit)
        plan.status.lastAttemptedCommit = commit.commit.id.hex
        guard !ready.isEmpty else {
            let names = pending.map(\.id).listed
            return conclude(
                .false, .terminating,
                "waits for \(names): what is being deleted is made again once it is gone, and what others "
                    + "change again and again is applied later", isReconciling: true)
        }
        conclude(.false, .progressing, "\(words(commit)) is being applied", isReconciling: true)
        addIntents(for: ready.map(\.id))
        plan.steps.append(.apply(ready.map(\.id), .commit))
    }

    /// Whether there is nothing to wait for; what others changed is applied again, or told.
    mutating func revertDrift(_ commit: RenderedCommit) -> Bool {
        let drifted = commit.objects.map(\.id).filter { !isEqual($0) }
        setInventory(commit)
        guard !drifted.isEmpty else {
            plan.status.conditions.remove(type: "Drifted")
            return true
        }
        let words = drifted.map(driftWords).listed
        if spec.drift == .report {
            if stored.conditions["Drifted"]?.message != words { note(.driftFound, isWarning: true, words) }
            setCondition("Drifted", .true, .driftReported, words)
            return true
        }
        let ready = drifted.filter { !isTerminating($0) && mayApply($0) }
        guard ready.isEmpty else {
            plan.status.inventory = stored.inventory
            addIntents(for: ready.filter { observation.objects[$0] == nil })
            plan.steps.append(.apply(ready, .drift))
            return false
        }
        setCondition("Drifted", .true, .driftReturns, words)
        return true
    }

    private func driftWords(_ id: ObjectID) -> String {
        switch facts.checks[id] {
        case .differs(_, _, _, let changes): "\(id): \(changes)"
        case .missing: "\(id) was deleted"
        case .terminating: "\(id) is being deleted"
        case .equal, .unchecked, .refused, nil: "\(id)"
        }
    }

    /// What somebody changes again and again is applied again later and later.
    private mutating func mayApply(_ id: ObjectID) -> Bool {
        guard facts.settled.contains(id), let revert = facts.reverts[id], !revert.isForgotten(at: observation.uptime),
            revert.next > observation.uptime
        else { return true }
        wake(at: revert.next)
        return false
    }

    func isEqual(_ id: ObjectID) -> Bool {
        if case .equal = facts.checks[id] { true } else { false }
    }

    private func isTerminating(_ id: ObjectID) -> Bool {
        if case .terminating = facts.checks[id] { true } else { false }
    }

    /// Everything is applied: from now on what differs is somebody else's doing.
    mutating func complete(_ commit: RenderedCommit, _ key: ContentKey) {
        let hex = key.commit.hex
        let didSomething =
            facts.created + facts.configured > 0
            || (stored.lastAttemptedCommit == hex && stored.lastAppliedCommit != hex)
        setInventory(commit)
        plan.status.lastAttemptedCommit = hex
        plan.status.lastAppliedCommit = hex
        plan.status.lastAppliedGeneration = key.generation
        plan.status.conditions.remove(type: "Drifted")
        guard didSomething else { return }
        let message =
            "\(words(commit)): \(commit.objects.count) objects, \(facts.created) created, \(facts.configured) configured"
        record(.applied, .applied, message, commit.commit.id, commit.commit.subject)
        note(.commitApplied, isWarning: false, message)
    }
}
