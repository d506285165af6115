import GitClient

/// A poll of the remote: asked for by a spec and a person's request; another of either asks anew.
struct PollRequest: Sendable, Hashable {
    let generation: Int
    /// Of the annotation `imm.dev/sync`.
    let token: String?

    /// Name of the background operation.
    var step: String { PollRequest.prefix(generation) + (token ?? "") }

    /// What the names of all polls by one spec begin with.
    static func prefix(_ generation: Int) -> String { "poll \(generation) " }
}

/// What is prepared and checked: a commit by a spec, at a person's request anew.
struct ContentKey: Sendable, Hashable {
    let commit: GitCommitID
    let generation: Int
    let token: String?

    /// Name of the background operation.
    var step: String { "prepare \(generation) \(commit) \(token ?? "")" }
}

/// How the last poll ended.
struct PollFact: Sendable {
    let request: PollRequest
    /// nil: it went well.
    let problem: SyncProblem?
    /// In a row.
    let failures: Int
    /// Uptime of the next one.
    let due: Duration
}

/// The newest commit that a poll told of.
struct TipFact: Sendable, Hashable {
    let generation: Int
    let commit: GitCommitID
}

/// How the last preparation of a commit ended.
struct ContentFact: Sendable {
    enum Result: Sendable {
        case rendered(RenderedCommit)
        /// The commit is at fault.
        case refused(SyncProblem)
        /// Something else is, and it is tried again.
        case failed(SyncProblem)
    }

    let key: ContentKey
    let result: Result
    /// First line of the commit's message, where it was read.
    let subject: String
    let failures: Int
    /// Uptime at which it is tried again; nil: the commit says the same again.
    var due: Duration?
}

/// How an object of the repository stands against the stored one, as the source's identity was told by a dry run.
enum ObjectCheck: Sendable, Hashable {
    /// Applying it would change nothing.
    case equal(uid: String, mark: ObjectSummary.Mark)
    /// It would change something: which fields, and who set them, where that was asked for.
    case differs(uid: String, mark: ObjectSummary.Mark, isOurs: Bool, changes: String)
    case missing
    /// The same commit makes its namespace, which is not there yet.
    case unchecked
    /// It is being deleted, and has to be gone before it can be made again.
    case terminating(uid: String)
    case refused(SyncProblem, mark: ObjectSummary.Mark?, failures: Int, due: Duration)
}

/// When an object was last applied again because somebody had changed it.
struct RevertFact: Sendable, Hashable {
    /// In a row.
    var count: Int
    /// Uptime.
    var at: Duration

    /// Without a new change for so long, the next one is the first again.
    private static let patience = Duration.seconds(900)
    private static let maximumDelay = Duration.seconds(300)

    /// From when on it may be applied again: at once after the first change, then 1 s, 2 s, … up to 5 min after the last time.
    var next: Duration {
        var delay = Duration.seconds(1)
        for _ in 1..<max(1, min(count, 16)) { delay = min(delay * 2, RevertFact.maximumDelay) }
        return at + delay
    }

    func isForgotten(at uptime: Duration) -> Bool { uptime - at > RevertFact.patience }
}

/// Something between us and the objects that is nobody's fault: tried again.
struct TroubleFact: Sendable, Hashable {
    let problem: SyncProblem
    let failures: Int
    /// Uptime.
    var due: Duration
}

/// What a source waits for, so that the time counts from when it began to.
struct WaitKey: Sendable, Hashable {
    let content: ContentKey
    /// nil: all of them.
    let wave: Int?
}

/// What this process knows of a source besides what is stored. All of it is found out anew after a restart.
struct SourceFacts: Sendable {
    var poll: PollFact?
    var tip: TipFact?
    var content: ContentFact?
    /// Of the content.
    var checks: [ObjectID: ObjectCheck] = [:]
    /// Objects of the content that were in order once: what differs since, somebody changed.
    var settled: Set<ObjectID> = []
    /// Objects that were made and changed for the content.
    var created = 0
    var configured = 0
    var reverts: [ObjectID: RevertFact] = [:]
    var trouble: TroubleFact?
    var wait: (key: WaitKey, since: Duration)?

    mutating func forgetObjects() {
        checks = [:]
        settled = []
        (created, configured) = (0, 0)
        trouble = nil
    }

    /// Something that may have been in the way is another now: what waits to be tried again is tried at once.
    mutating func hurry() {
        if poll?.problem != nil, let poll {
            self.poll = PollFact(request: poll.request, problem: poll.problem, failures: poll.failures, due: .zero)
        }
        if content?.due != nil { content?.due = .zero }
        trouble?.due = .zero
        for (id, check) in checks {
            if case .refused(let problem, let mark, let failures, _) = check {
                checks[id] = .refused(problem, mark: mark, failures: failures, due: .zero)
            }
        }
    }
}
