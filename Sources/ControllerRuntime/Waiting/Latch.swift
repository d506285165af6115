import Ambient

/// A door that is opened once and stays open; any number of tasks wait before it.
public final class Latch: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var isOpen = false
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
    }

    private let state = Guarded(State())

    public init() {}

    public var isOpen: Bool { state.withLock { $0.isOpen } }

    public func open() {
        let waiters = state.withLock { state in
            let waiters = state.waiters
            state.isOpen = true
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Waits until the latch is open (true) or the task is cancelled (false).
    public func wait() async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if !state.isOpen { state.waiters.append(Waiter(id: id, continuation: continuation)) }
                    return state.isOpen
                }
                if goesOn { continuation.resume() }
                // The handler below may have run before the waiter stood there.
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
        return isOpen
    }

    private func release(_ id: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume()
    }
}
