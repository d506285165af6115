import Ambient

/// Runs effects beside the reconciles, so that a worker never waits for a pull or a stop.
///
/// - At most one operation a key, from its start until its result was taken.
/// - At most the limit of a group's operations run at once; the others wait for their turn in order.
/// - Each result is handed out once, in the order in which the operations ended; at each end the owner is queued again.
///
/// `run()` must be running: it owns the tasks. When it is cancelled, the operations are.
public final class BackgroundOperations<Outcome: Sendable>: Sendable {
    private let table: Guarded<OperationTable<Outcome>>
    private let news = Signal()
    private let onEnd: @Sendable (NamespacedName) -> Void

    /// - Parameters:
    ///   - defaultLimit: of a group that `setLimit` was not called for.
    ///   - onEnd: queues the owner again; called after the result can be taken.
    public init(defaultLimit: Int = 8, onEnd: @escaping @Sendable (NamespacedName) -> Void) {
        table = Guarded(OperationTable(defaultLimit: defaultLimit))
        self.onEnd = onEnd
    }

    /// Limits how many operations of a group run at once. What runs above a lowered limit runs on.
    public func setLimit(_ group: String, _ limit: Int) {
        precondition(limit > 0, "a limit of \(limit) would hold the operations of \(group) for ever")
        table.withLock { $0.setLimit(group, limit) }
        news.raise()
    }

    /// Starts an operation, at once or when it is its turn. Returns false, and does nothing, when one with this key is under
    /// way or its result was not taken.
    @discardableResult
    public func start(
        _ key: OperationKey, limit group: String, _ operation: @escaping @Sendable () async -> Outcome
    ) -> Bool {
        let isNew = table.withLock { $0.add(key, group: group, operation) }
        if isNew { news.raise() }
        return isNew
    }

    /// Whether an operation with this key waits for its turn or runs.
    public func isUnderWay(_ key: OperationKey) -> Bool { table.withLock { $0.isUnderWay(key) } }

    /// The owner's operations that wait for their turn or run, in order of their keys.
    public func underWay(of owner: NamespacedName) -> [OperationKey] { table.withLock { $0.underWay(of: owner) } }

    /// What ended since the last call.
    public func takeResults(for owner: NamespacedName) -> [(key: OperationKey, result: OperationResult<Outcome>)] {
        table.withLock { $0.takeResults(owner) }
    }

    /// Cancels the task of a running operation, which then ends with an outcome of its own, or ends a waiting one as
    /// `neverBegan`. Cancelling a key that is not under way does nothing.
    public func cancel(_ key: OperationKey) {
        let (running, ended) = table.withLock { $0.cancel(key) }
        running?.raise()
        if ended { onEnd(key.owner) }
    }

    public func cancelAll(of owner: NamespacedName) {
        for key in underWay(of: owner) { cancel(key) }
    }

    /// Runs the operations until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for begun in table.withLock({ $0.begin() }) {
                    group.addTask { await self.perform(begun) }
                }
                await news.wait()
            }
        }
    }

    private func perform(_ begun: OperationTable<Outcome>.Begun) async {
        let outcome = await outcome(of: begun)
        table.withLock { $0.end(begun, outcome) }
        news.raise()
        onEnd(begun.key.owner)
    }

    /// Runs the operation beside a task that waits for its cancellation: a child of a group cannot be cancelled alone.
    private func outcome(of begun: OperationTable<Outcome>.Begun) async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await begun.operation() }
            group.addTask {
                await begun.cancellation.wait()
                return nil
            }
            var outcome: Outcome?
            while let ended = await group.next() {
                group.cancelAll()
                if let ended { outcome = ended }
            }
            guard let outcome else { preconditionFailure("the operation \(begun.key) ended without an outcome") }
            return outcome
        }
    }
}
