public import Ambient

/// Keys that need work: level-based and without duplicates, first in, first out.
///
/// - A key that is added several times before a worker takes it is processed once.
/// - A key that is added while a worker processes it is processed once more afterwards, never by two workers at once.
/// - Of several delayed adds of a key the earliest counts. An immediate add leaves a delayed one standing.
///
/// `run()` must be running for delayed adds to become due.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Key?, Never>
    }

    private struct State {
        var keys = WorkQueueState<Key>()
        var waiters = FIFO<Waiter>()
        var nextWaiterID: UInt64 = 0

        /// Hands ready keys to waiting workers, both in their order.
        mutating func match() -> [(Waiter, Key)] {
            var matched: [(Waiter, Key)] = []
            while !waiters.isEmpty, let key = keys.take(), let waiter = waiters.popFirst() {
                matched.append((waiter, key))
            }
            return matched
        }
    }

    private let state = Guarded(State())
    private let time: any TimeSource
    private let timer = Signal()

    public init(time: any TimeSource) {
        self.time = time
    }

    /// Keys that wait for a worker, that are being processed, and that wait for their time.
    public var counts: (ready: Int, processing: Int, delayed: Int) {
        state.withLock { ($0.keys.readyCount, $0.keys.processingCount, $0.keys.delayedCount) }
    }

    /// How long the first ready key has waited; zero when there is none.
    public var age: Duration {
        guard let since = state.withLock({ $0.keys.readySince }) else { return .zero }
        return max(.zero, time.uptime - since)
    }

    public func add(_ key: Key) {
        let now = time.uptime
        change { $0.add(key, now: now) }
    }

    public func add(_ key: Key, after delay: Duration) {
        guard delay > .zero else { return add(key) }
        let due = time.uptime + delay
        if state.withLock({ $0.keys.add(key, due: due) }) { timer.raise() }
    }

    /// The next key, when there is one; nil when the queue is shut down or the task is cancelled. The caller says `done`
    /// for each key that it got.
    public func next() async -> Key? {
        let (key, id) = state.withLock { state -> (Key?, UInt64) in
            state.nextWaiterID += 1
            return (state.keys.take(), state.nextWaiterID)
        }
        if let key { return key }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isShutDown, matched) = state.withLock { state in
                    if !state.keys.isShutDown { state.waiters.append(Waiter(id: id, continuation: continuation)) }
                    return (state.keys.isShutDown, state.match())
                }
                if isShutDown { continuation.resume(returning: nil) }
                resume(matched)
                // The handler below may have run before the waiter stood there.
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    /// Ends the processing of a key that `next` returned.
    public func done(_ key: Key) {
        let now = time.uptime
        change { $0.done(key, now: now) }
    }

    /// Ends all waits with nil and forgets all keys; later adds are passed over.
    public func shutDown() {
        let waiters = state.withLock { state in
            state.keys.shutDown()
            var waiters: [Waiter] = []
            while let waiter = state.waiters.popFirst() { waiters.append(waiter) }
            return waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
        timer.raise()
    }

    /// Moves delayed keys to the ready ones as their time comes, until cancelled or shut down.
    public func run() async {
        while !Task.isCancelled {
            let now = time.uptime
            change { $0.promote(now: now) }
            let (isShutDown, due) = state.withLock { ($0.keys.isShutDown, $0.keys.earliestDue) }
            if isShutDown { return }
            if let due {
                await timer.wait(atMost: due - time.uptime, time)
            } else {
                await timer.wait()
            }
        }
    }

    private func change(_ body: (inout WorkQueueState<Key>) -> Void) {
        let matched = state.withLock { state in
            body(&state.keys)
            return state.match()
        }
        resume(matched)
    }

    private func resume(_ matched: [(Waiter, Key)]) {
        for (waiter, key) in matched { waiter.continuation.resume(returning: key) }
    }

    private func release(_ id: UInt64) {
        let waiter = state.withLock { state in state.waiters.removeFirst { $0.id == id } }
        waiter?.continuation.resume(returning: nil)
    }
}
