public import Ambient

/// Wakes the one task that waits; raised while nobody waits, it is remembered once.
///
/// A wait may end without a cause (cancellation, a raise that came together with a time-out), so the waiting task looks at
/// its state again each time.
public final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Guarded(State())

    public init() {}

    public func raise() {
        let waiter = state.withLock { state in
            let waiter = state.waiter
            state.waiter = nil
            state.isRaised = waiter == nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until raised or cancelled.
    ///
    /// - Precondition: no other task waits.
    public func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isRaised {
                        state.isRaised = false
                        return true
                    }
                    precondition(state.waiter == nil, "two tasks wait for one Signal")
                    state.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
                // The handler below may have run before the waiter stood there.
                if Task.isCancelled { release() }
            }
        } onCancel: {
            release()
        }
    }

    /// Waits until raised, cancelled, or `duration` is over.
    public func wait(atMost duration: Duration, _ time: any TimeSource) async {
        guard duration > .zero else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await time.sleep(for: duration) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func release() {
        let waiter = state.withLock { state in
            let waiter = state.waiter
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }
}
