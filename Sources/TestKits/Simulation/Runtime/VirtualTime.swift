public import Ambient

/// A clock that stands still while anything can run, and jumps to the next sleeper when nothing can.
public final class VirtualTime: TimeSource {
    private struct Sleeper {
        let id: UInt64
        let due: Duration
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var uptime = Duration.zero
        /// What was added to the wall clock alone.
        var wallOffset = Duration.zero
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
    }

    private let start: Timestamp
    private let state = Guarded(State())

    /// - Parameter start: the wall clock at uptime zero.
    public init(start: Timestamp) {
        self.start = start
    }

    public var now: Timestamp { state.withLock { start + ($0.uptime + $0.wallOffset) } }
    public var uptime: Duration { state.withLock { $0.uptime } }

    /// Moves the wall clock, as an administrator or NTP does; `uptime` goes on as before.
    public func jumpWallClock(by offset: Duration) { state.withLock { $0.wallOffset += offset } }

    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isOver = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    let due = state.uptime + max(duration, .zero)
                    state.sleepers.append(Sleeper(id: id, due: due, continuation: continuation))
                }
                // The handler below may have run before the sleeper stood there.
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
        if !isOver { throw CancellationError() }
    }

    /// When the next sleeper wakes; nil when nobody sleeps.
    var nextDue: Duration? { state.withLock { $0.sleepers.map(\.due).min() } }

    /// Jumps to the next sleepers and wakes them; false when nobody sleeps.
    func advance() -> Bool {
        let woken = state.withLock { state -> [Sleeper] in
            guard let due = state.sleepers.map(\.due).min() else { return [] }
            state.uptime = max(state.uptime, due)
            let woken = state.sleepers.filter { $0.due == due }
            state.sleepers.removeAll { $0.due == due }
            return woken
        }
        for sleeper in woken { sleeper.continuation.resume(returning: true) }
        return !woken.isEmpty
    }

    private func release(_ id: UInt64) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(returning: false)
    }
}
