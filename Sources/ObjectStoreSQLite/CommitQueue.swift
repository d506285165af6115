import Ambient
import ObjectStore

/// Merges concurrent commits into batches (group commit), written one after the other.
///
/// The first commit that finds nobody writing leads: it writes itself and those that have queued up behind it, and
/// hands the lead to the first of those that came meanwhile. So there is no task in the background, and a lone commit
/// does not wait for company.
final class CommitQueue: Sendable {
    typealias Outcome = Result<[StoredObject], StoreError>

    private enum Turn {
        /// Right away, or after a batch whose writers are just being told.
        case lead(isFirst: Bool)
        case done(Outcome)
    }

    private struct Pending {
        let commit: StoreCommit
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var pending = Ring<Pending>()
        var isLed = false
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())
    private let batch: Int
    private let write: @Sendable ([StoreCommit]) async -> [Outcome]

    /// - Parameters:
    ///   - batch: commits in one transaction at most.
    ///   - write: called by one at a time, with at least one commit; one outcome each.
    init(batch: Int = 256, write: @escaping @Sendable ([StoreCommit]) async -> [Outcome]) {
        self.batch = batch
        self.write = write
    }

    func commit(_ commit: StoreCommit) async -> Outcome {
        let turn = await withCheckedContinuation { continuation in
            let immediate: Turn? = state.withLock { state in
                if state.isClosed { return .done(.failure(CommitQueue.closed)) }
                defer { state.isLed = true }
                state.pending.append(Pending(commit: commit, continuation: continuation))
                return state.isLed ? nil : .lead(isFirst: true)
            }
            if let immediate { continuation.resume(returning: immediate) }
        }
        switch turn {
        case .done(let outcome): return outcome
        case .lead(let isFirst):
            // Who was told of the batch before commits again at once, as a rule: one turn for them doubles the batches.
            if !isFirst { await Task.yield() }
            return await lead()
        }
    }

    /// Waits for the batch that is being written; whatever is behind it, or comes later, fails with `.closed`.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isLed { state.closers.append(continuation) }
                return !state.isLed
            }
            if isIdle { continuation.resume() }
        }
    }

    var waitingCount: Int { state.withLock { $0.pending.count } }
    var isWriting: Bool { state.withLock { $0.isLed && $0.pending.isEmpty } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Writes a batch whose first commit is the caller's own.
    private func lead() async -> Outcome {
        let taken = state.withLock { state in
            var taken: [Pending] = []
            while taken.count < batch, let next = state.pending.removeFirst() { taken.append(next) }
            return taken
        }
        let outcomes = await write(taken.map(\.commit))
        // The first is the leader itself, whose continuation was resumed with the lead.
        for (pending, outcome) in zip(taken, outcomes).dropFirst() {
            pending.continuation.resume(returning: .done(outcome))
        }
        handOver()
        return outcomes.first ?? .failure(CommitQueue.closed)
    }

    private func handOver() {
        let (leader, refused, closers) = state.withLock { state in
            var refused: [Pending] = []
            if state.isClosed { while let next = state.pending.removeFirst() { refused.append(next) } }
            let leader = state.pending.first?.continuation
            state.isLed = leader != nil
            let closers = state.isLed ? [] : state.closers
            if !state.isLed { state.closers = [] }
            return (leader, refused, closers)
        }
        leader?.resume(returning: .lead(isFirst: false))
        for pending in refused { pending.continuation.resume(returning: .done(.failure(CommitQueue.closed))) }
        for closer in closers { closer.resume() }
    }

    private static let closed = StoreError(.closed, "the store is closed")
}
