import InfraAPI

/// One thing to do.
enum SyncStep: Sendable, Hashable {
    /// A background operation that nobody wants any more.
    case cancel(String)
    case poll(PollRequest)
    case prepare(ContentKey)
    /// Asks what applying these would do. `explains`: also which fields differ, and who set them.
    case check([ObjectID], explains: Bool)
    case apply([ObjectID], ApplyReason)
    case delete([InventoryEntry])
    case answer(PruneAnswer)

    /// Whether the source is looked at again as soon as it is done.
    var isAwaited: Bool {
        switch self {
        case .cancel, .poll, .prepare: false
        case .check, .apply, .delete, .answer: true
        }
    }
}

enum ApplyReason: Sendable, Hashable {
    /// A commit wants it.
    case commit
    /// Somebody changed it.
    case drift
}

struct PruneAnswer: Sendable, Hashable {
    let approval: String
    let outcome: PruneApprovalStatus.Outcome
    let message: String?
}

/// What to do, in this order: store the status, tell the events, take the steps; and when to look again if nothing happens.
struct SyncPlan: Sendable {
    var status: GitSourceStatus
    var events: [SyncEvent] = []
    var steps: [SyncStep] = []
    /// Uptime.
    var wake: Duration?
    /// What is waited for; nil: nothing was found out about that.
    var wait: WaitKey?
    /// Everything is healthy: the next wait is another one.
    var endsWait = false
}
