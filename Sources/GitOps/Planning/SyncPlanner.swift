import GitClient
import InfraAPI

/// Decides what a source does next, from what is known and nothing else: no clock, no store, no network.
///
/// The order is that of a sync: which commit, what it holds, whether all of it may be applied, wave by wave, health, prune. A
/// newer commit or spec makes another content, and with it every wait of the older one is over.
struct SyncPlanner {
    let observation: SyncObservation
    var plan: SyncPlan
    /// Background operations that are to go on.
    var wanted: Set<String> = []

    static func plan(_ observation: SyncObservation) -> SyncPlan {
        var planner = SyncPlanner(observation)
        planner.decide()
        return planner.finished()
    }

    private init(_ observation: SyncObservation) {
        self.observation = observation
        plan = SyncPlan(status: observation.source.status)
    }

    /// Of one source at the same time: one that is slow, and one that a person asked for since.
    private static let maximumPolls = 2

    var source: GitSource { observation.source }
    var spec: GitSourceSpec { observation.source.spec }
    var facts: SourceFacts { observation.facts }
    /// As it is stored.
    var stored: GitSourceStatus { observation.source.status }

    private mutating func decide() {
        if source.isBeingDeleted { return }
        if spec.suspend { return suspend() }
        follow()
        guard let key = contentKey else { return tellOfNoCommit() }
        refuseStaleApprovals(key)
        guard let commit = content(key) else { return }
        tellFetched(commit, key)
        let isComplete = isApplied(key)
        if !isComplete, !dependenciesAreReady() { return }
        if let trouble = facts.trouble, trouble.due > observation.uptime { return tell(trouble, commit) }
        let unseen = commit.objects.map(\.id).filter(needsCheck)
        guard unseen.isEmpty else {
            // Nothing is said before all of it is known.
            (plan.status, plan.events) = (stored, [])
            plan.steps.append(.check(unseen, explains: isComplete))
            return
        }
        guard areAccepted(commit, key, isComplete: isComplete) else { return }
        if isComplete {
            guard revertDrift(commit) else { return }
        } else {
            guard applyWaves(commit, key) else { return }
            complete(commit, key)
        }
        judge(commit, key)
    }

    private func finished() -> SyncPlan {
        var plan = plan
        let unwanted = observation.operations.filter { !wanted.contains($0) }
        plan.steps.insert(contentsOf: unwanted.map(SyncStep.cancel), at: 0)
        plan.status.conditions.sort { $0.type < $1.type }
        return plan
    }

    // Which commit.

    private var request: PollRequest { PollRequest(generation: observation.generation, token: observation.token) }

    /// What the last poll ended with, if it was one by this spec.
    var pollProblem: SyncProblem? {
        guard let poll = facts.poll, poll.request.generation == observation.generation else { return nil }
        return poll.problem
    }

    /// Asks the remote when it is time to; a commit that is named needs no asking.
    private mutating func follow() {
        guard spec.ref?.commit == nil else { return }
        // One that was begun before the newest request still tells something: where requests come faster than the server
        // answers, polls must come to an end all the same.
        let running = observation.operations.filter { $0.hasPrefix("\(PollRequest.prefix(observation.generation))") }
        wanted.formUnion(running)
        if running.contains(request.step) || running.count >= SyncPlanner.maximumPolls { return }
        if let poll = facts.poll, poll.request == request, poll.due > observation.uptime {
            wake(at: poll.due)
        } else {
            plan.steps.append(.poll(request))
        }
    }

    private var contentKey: ContentKey? { SyncPlanner.contentKey(of: source, facts) }

    /// What is to be prepared and applied, as far as it is known.
    static func contentKey(of source: GitSource, _ facts: SourceFacts) -> ContentKey? {
        let (generation, stored) = (source.metadata.generation, source.status)
        if let named = source.spec.ref?.commit {
            let token = source.metadata.annotations[GitSource.syncAnnotation]
            return GitCommitID(named).map { ContentKey(commit: $0, generation: generation, token: token) }
        }
        if let tip = facts.tip, tip.generation == generation {
            return ContentKey(commit: tip.commit, generation: generation, token: facts.poll?.request.token)
        }
        // The server does not answer since we started: what was applied last stands, and is kept as it is.
        guard let poll = facts.poll, poll.request.generation == generation, poll.problem != nil,
            stored.lastAppliedGeneration == generation,
            let commit = stored.lastAppliedCommit.flatMap({ GitCommitID($0) })
        else { return nil }
        return ContentKey(commit: commit, generation: generation, token: nil)
    }

    private mutating func tellOfNoCommit() {
        guard let problem = pollProblem else { return begin() }
        tellNotFetched(problem)
        conclude(.false, problem.reason, problem.message)
    }

    /// The first word about a new source; later ones are said when there is something to say.
    private mutating func begin() {
        guard stored.conditions["Ready"] == nil else { return }
        conclude(.unknown, .progressing, "the repository is being asked", isReconciling: true)
    }

    // What it holds.

    private mutating func content(_ key: ContentKey) -> RenderedCommit? {
        wanted.insert(key.step)
        let isUnderWay = observation.operations.contains(key.step)
        guard let fact = facts.content, fact.key == key else {
            if !isUnderWay { plan.steps.append(.prepare(key)) }
            begin()
            return nil
        }
        if let due = fact.due {
            if due > observation.uptime { wake(at: due) } else if !isUnderWay { plan.steps.append(.prepare(key)) }
        }
        switch fact.result {
        case .rendered(let commit): return commit
        case .refused(let problem):
            if let pollProblem {
                tellNotFetched(pollProblem)
            } else {
                setCondition("Fetched", .true, .fetched, "\(spec.followed) is at \(key.commit)")
            }
            if problem.reason == .signatureRefused { setCondition("Verified", .false, problem.reason, problem.message) }
            refuse(problem, key.commit, fact.subject)
            return nil
        case .failed(let problem):
            tellNotFetched(problem)
            conclude(.false, problem.reason, "commit \(key.commit): \(problem.message)")
            return nil
        }
    }

    func isApplied(_ key: ContentKey) -> Bool {
        stored.lastAppliedCommit == key.commit.hex && stored.lastAppliedGeneration == key.generation
    }

    private mutating func dependenciesAreReady() -> Bool {
        switch observation.dependencies {
        case .ready: return true
        case .waiting(let message): conclude(.false, .dependencyNotReady, message, isReconciling: true)
        case .cycle(let names):
            conclude(
                .false, .dependencyCycle,
                "the sources wait for one another: \(names.joined(separator: " -> ")); take one of them out of dependsOn",
                isStalled: true)
        }
        return false
    }

    private mutating func suspend() {
        let applied = stored.lastAppliedCommit.map { "; commit \($0) was applied last" } ?? ""
        conclude(.false, .suspended, "nothing is fetched or applied while spec.suspend is true" + applied)
    }

    // Whether all of it may be applied.

    /// Whether the last word about an object is about it as it is now.
    private func needsCheck(_ id: ObjectID) -> Bool {
        let live = observation.objects[id]
        switch facts.checks[id] {
        case nil: return true
        case .equal(let uid, let mark), .differs(let uid, let mark, _, _):
            return live?.uid != uid || live?.mark != mark || live?.isTerminating == true
        case .missing: return live != nil
        case .unchecked:
            return observation.objects[ObjectID(Namespace.resourceType, namespace: "", name: id.namespace)] != nil
        case .terminating(let uid): return live?.uid != uid
        case .refused(_, let mark, _, let due): return due <= observation.uptime || live?.mark != mark
        }
    }

    private mutating func areAccepted(_ commit: RenderedCommit, _ key: ContentKey, isComplete: Bool) -> Bool {
        var problems: [SyncProblem] = []
        for object in commit.objects {
            guard case .refused(let problem, _, _, let due) = facts.checks[object.id] else { continue }
            wake(at: due)
            problems.append(SyncProblem(problem.reason, "\(object.place): \(object.id): \(problem.message)"))
        }
        if let tooMany = tooManyEntries(commit) { problems.append(tooMany) }
        guard let first = problems.first else { return true }
        let shown = problems.prefix(10).map(\.message).joined(separator: "\n")
        let rest = problems.count > 10 ? "\n\(problems.count - 10) more problems are not shown" : ""
        let problem = SyncProblem(first.reason, shown + rest)
        if isComplete {
            fail(problem, commit)
        } else if facts.created + facts.configured > 0 {
            fail(
                SyncProblem(problem.reason, "a part of it was applied before this was known: " + problem.message),
                commit)
        } else {
            refuse(problem, key.commit, commit.commit.subject)
        }
        return false
    }
}
