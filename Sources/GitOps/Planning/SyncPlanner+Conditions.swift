import GitClient
import InfraAPI

// What is told: conditions, history and events. A sentence says nothing that changes with every look, so that a source where
// nothing happens is never written.
extension SyncPlanner {
    mutating func setCondition(_ type: String, _ status: Condition.Status, _ reason: SyncReason, _ message: String) {
        plan.status.conditions.set(
            Condition(
                type: type, status: status, reason: reason.rawValue, message: message,
                observedGeneration: observation.generation, at: observation.now))
    }

    /// Ready, with what kstatus reads beside it; the person's request that this answers is echoed.
    mutating func conclude(
        _ ready: Condition.Status, _ reason: SyncReason, _ message: String, isReconciling: Bool = false,
        isStalled: Bool = false
    ) {
        setCondition("Ready", ready, reason, message)
        for (type, isTrue) in [("Reconciling", isReconciling), ("Stalled", isStalled)] {
            if isTrue {
                setCondition(type, .true, reason, message)
            } else {
                plan.status.conditions.remove(type: type)
            }
        }
        plan.status.observedGeneration = observation.generation
        let isAsked = spec.ref?.commit != nil || facts.poll?.request.token == observation.token
        if isAsked, let token = observation.token { plan.status.syncToken = token }
    }

    mutating func note(_ name: SyncEvent.Name, isWarning: Bool, _ message: String) {
        plan.events.append(SyncEvent(name: name, isWarning: isWarning, message: message))
    }

    mutating func wake(at time: Duration) { plan.wake = min(plan.wake ?? time, time) }

    /// Adds a record, unless it says what the last one says. Returns whether it does.
    @discardableResult
    mutating func record(
        _ outcome: SyncRecord.Outcome, _ reason: SyncReason, _ message: String, _ commit: GitCommitID, _ subject: String
    ) -> Bool {
        let message = String(message.prefix(1024))
        if let last = stored.history.last, last.commit == commit.hex, last.outcome == outcome,
            last.reason == reason.rawValue, last.message == message
        {
            return false
        }
        var record = SyncRecord()
        record.commit = commit.hex
        record.subject = String(subject.prefix(200))
        record.outcome = outcome
        record.reason = reason.rawValue
        record.message = message
        record.at = observation.now
        plan.status.history = (plan.status.history + [record]).suffix(GitSourceStatus.historyLimit)
        return true
    }

    func words(_ commit: RenderedCommit) -> String { "commit \(commit.commit.id)" }

    // The repository.

    mutating func tellFetched(_ commit: RenderedCommit, _ key: ContentKey) {
        if let problem = pollProblem {
            tellNotFetched(problem)
        } else {
            setCondition("Fetched", .true, .fetched, "\(spec.followed) is at \(key.commit)")
        }
        if let signature = commit.signature {
            setCondition("Verified", .true, .signed, "signed by \(signature.signer), key \(signature.key)")
        } else {
            plan.status.conditions.remove(type: "Verified")
        }
    }

    mutating func tellNotFetched(_ problem: SyncProblem) {
        if let standing = stored.conditions["Fetched"], standing.status == .false,
            standing.reason == problem.reason.rawValue
        {
            // The same trouble, perhaps in other words.
        } else {
            note(.fetchFailed, isWarning: true, problem.message)
        }
        setCondition("Fetched", .false, problem.reason, problem.message)
    }

    // The commit.

    /// The commit is at fault: nothing of it is applied, and what was applied before stays.
    mutating func refuse(_ problem: SyncProblem, _ commit: GitCommitID, _ subject: String) {
        let stays = stored.lastAppliedCommit.map { $0 == commit.hex ? "" : "; commit \($0) stays applied" } ?? ""
        let message = "commit \(commit) is refused and nothing of it is applied\(stays):\n\(problem.message)"
        plan.status.lastAttemptedCommit = commit.hex
        if record(.refused, problem.reason, problem.message, commit, subject) {
            let name: SyncEvent.Name = problem.reason == .signatureRefused ? .signatureRefused : .commitRefused
            note(name, isWarning: true, message)
        }
        conclude(.false, problem.reason, message, isStalled: true)
    }

    /// It broke off between, or what was applied can be kept no longer.
    mutating func fail(_ problem: SyncProblem, _ commit: RenderedCommit) {
        setInventory(commit)
        plan.status.lastAttemptedCommit = commit.commit.id.hex
        let message = "\(words(commit)): \(problem.message)"
        if record(.failed, problem.reason, problem.message, commit.commit.id, commit.commit.subject) {
            note(.syncFailed, isWarning: true, message)
        }
        conclude(.false, problem.reason, message, isStalled: true)
    }

    mutating func tell(_ trouble: TroubleFact, _ commit: RenderedCommit) {
        wake(at: trouble.due)
        setInventory(commit)
        conclude(.false, trouble.problem.reason, "\(words(commit)): \(trouble.problem.message)", isReconciling: true)
    }

    // Its objects.

    /// All is applied: how is it?
    mutating func judge(_ commit: RenderedCommit, _ key: ContentKey) {
        plan.status.lastAttemptedCommit = key.commit.hex
        noteRejected(commit)
        let unhealthy = commit.objects.map(\.id).filter { trouble(of: $0) != nil }
        guard unhealthy.isEmpty else {
            waitForHealth(unhealthy, WaitKey(content: key, wave: nil), commit)
            return
        }
        prune(commit, key)
    }

    /// Nobody waits for himself: the source's own health is what is being worked out.
    func trouble(of id: ObjectID) -> String? {
        if id == itself { return nil }
        guard let live = observation.objects[id] else { return "it is not there" }
        return live.health.trouble
    }

    mutating func noteRejected(_ commit: RenderedCommit) {
        var rejected: [RejectedContent] = []
        for object in commit.objects {
            guard case .rejected(let revision, let message) = observation.objects[object.id]?.health else { continue }
            var entry = RejectedContent()
            (entry.namespace, entry.name, entry.revision) = (object.id.namespace, object.id.name, revision)
            entry.message = message
            if rejected.count < 100 { rejected.append(entry) }
        }
        for entry in rejected where !stored.rejected.contains(where: { $0.revision == entry.revision }) {
            note(
                .rejected, isWarning: true,
                "InstanceSet \(entry.namespace)/\(entry.name): revision \(entry.revision) was rejected and is not rolled out again by "
                    + "this source: \(entry.message)")
        }
        plan.status.rejected = rejected
    }

    /// Says what is waited for, and after a time that it takes too long; the wait goes on until a new commit ends it.
    mutating func waitForHealth(_ unhealthy: [ObjectID], _ key: WaitKey, _ commit: RenderedCommit) {
        plan.wait = key
        plan.status.lastAttemptedCommit = key.content.commit.hex
        let isApplied = key.wave == nil
        let where_ = key.wave.map { "wave \($0) of \(words(commit))" } ?? words(commit)
        if !plan.status.rejected.isEmpty {
            let sets = plan.status.rejected.map { "InstanceSet \($0.namespace)/\($0.name): \($0.message)" }
            return conclude(
                .false, .rejected,
                "\(where_): \(sets.prefix(5).joined(separator: "; ")); it stays so until a commit changes the set or somebody says "
                    + "retry (immctl rollout retry)", isStalled: true)
        }
        let since = facts.wait?.key == key ? facts.wait?.since ?? observation.uptime : observation.uptime
        let limit = Duration.seconds(spec.healthTimeoutSeconds)
        let state = isApplied ? "is applied" : "is applied, and the waves after it wait"
        guard observation.uptime - since >= limit else {
            wake(at: since + limit)
            return conclude(
                .false, .progressing, "\(where_) \(state); not healthy yet: \(unhealthy.listed)", isReconciling: true)
        }
        let reasons = unhealthy.map { "\($0): \(trouble(of: $0) ?? "")" }.listed
        let message = "\(where_) \(state); not healthy for \(spec.healthTimeoutSeconds) s: \(reasons)"
        if stored.conditions["Ready"]?.reason != SyncReason.healthTimeout.rawValue {
            note(.healthTimeout, isWarning: true, message)
            record(.failed, .healthTimeout, message, commit.commit.id, commit.commit.subject)
        }
        conclude(.false, .healthTimeout, message, isStalled: true)
    }

    mutating func concludeApplied(_ commit: RenderedCommit) {
        if let problem = pollProblem {
            return conclude(
                .false, problem.reason,
                "\(problem.message); \(words(commit)) stays applied, and its objects are healthy")
        }
        conclude(.true, .applied, "\(words(commit)) is applied, and its \(commit.objects.count) objects are healthy")
    }
}

extension GitSourceSpec {
    /// What of the repository is followed, for people.
    var followed: String {
        if let branch = ref?.branch { return "branch \(branch)" }
        if let tag = ref?.tag { return "tag \(tag)" }
        if let semver = ref?.semver { return "the highest tag in \(semver)" }
        if ref?.commit != nil { return "the source" }
        return "HEAD"
    }
}
