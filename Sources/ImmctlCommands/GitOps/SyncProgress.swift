import InfraAPI
import JSON

/// How far a sync that somebody asked for is: a pure function of the stored source.
struct SyncProgress: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// Goes on by itself; `reason` is a code, `message` a sentence.
        case waiting(reason: String, message: String)
        /// The newest commit is applied and healthy.
        case complete(message: String)
        case failed(reason: String, message: String)
    }

    /// What has to happen, in this order.
    static let stages = ["asked", "looked", "applied", "ready"]

    /// `gitsource.imm.dev/fleet`
    let source: String
    /// How many of the stages are behind us.
    let done: Int
    /// What the repository is at, as far as it is known.
    let commit: String?
    let state: State

    var isOver: Bool { if case .waiting = state { false } else { true } }

    /// - Parameter token: the request, which the status echoes once it was obeyed; nil: none was made.
    init(_ source: GitSource, token: String?) {
        let status = source.status
        self.source = "\(GitSource.resourceType.qualifiedSingular)/\(source.name)"
        commit = status.lastAttemptedCommit
        state = SyncProgress.state(of: source, token)
        let isSeen = token == nil || status.syncToken == token
        let isApplied =
            isSeen && status.lastAppliedCommit != nil
            && status.lastAppliedCommit == status.lastAttemptedCommit
        switch state {
        case .complete: done = 4
        case .waiting, .failed: done = isApplied ? 3 : isSeen ? 2 : 1
        }
    }

    private static func state(of source: GitSource, _ token: String?) -> State {
        let status = source.status
        let generation = source.metadata.generation
        if source.spec.suspend { return .failed(reason: "Suspended", message: "the source is suspended") }
        if let token, status.syncToken != token {
            return .waiting(reason: "SyncRequested", message: "the repository is to be looked at")
        }
        guard status.observedGeneration >= generation else {
            return .waiting(reason: "NotObserved", message: "the controller has not seen the newest spec yet")
        }
        func current(_ type: String) -> Condition? {
            status.conditions[type].flatMap { $0.observedGeneration ?? generation >= generation ? $0 : nil }
        }
        guard let ready = current("Ready") else {
            return .waiting(reason: "NotObserved", message: "the controller has not judged the source yet")
        }
        if ready.status == .true { return .complete(message: ready.message) }
        if let stalled = current("Stalled"), stalled.status == .true {
            return .failed(reason: stalled.reason, message: stalled.message)
        }
        if let reconciling = current("Reconciling"), reconciling.status == .true {
            return .waiting(reason: reconciling.reason, message: reconciling.message)
        }
        return .failed(reason: ready.reason, message: ready.message)
    }

    /// For machines.
    var json: JSONValue {
        let (word, reason, message): (String, String?, String) =
            switch state {
            case .waiting(let reason, let message): ("Progressing", reason, message)
            case .complete(let message): ("Complete", nil, message)
            case .failed(let reason, let message): ("Failed", reason, message)
            }
        var value: JSONValue = ["source": .string(source), "state": .string(word), "message": .string(message)]
        value["commit"] = commit.map(JSONValue.string)
        value["reason"] = reason.map(JSONValue.string)
        return value
    }
}
