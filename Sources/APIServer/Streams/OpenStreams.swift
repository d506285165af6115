import Ambient

/// The long-running responses (watches, followed logs), so that a shutdown can end them: the HTTP server waits for
/// every response, and these have no end of their own.
final class OpenStreams: Sendable {
    private struct State {
        var lastID: UInt64 = 0
        var endings: [UInt64: @Sendable () -> Void] = [:]
        var isShutDown = false
    }

    private let state = Guarded(State())

    var count: Int { state.withLock { $0.endings.count } }
    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// - Parameter end: makes the stream end soon; may be called from any thread, and more than once.
    /// - Returns: what to pass to `leave`; nil when the server is shutting down, and the stream must not begin.
    func enter(end: @escaping @Sendable () -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.isShutDown else { return nil }
            state.lastID += 1
            state.endings[state.lastID] = end
            return state.lastID
        }
    }

    func leave(_ id: UInt64) {
        state.withLock { $0.endings[id] = nil }
    }

    /// Ends all streams, and refuses new ones from now on.
    func endAll() {
        let endings = state.withLock { state in
            state.isShutDown = true
            return state.endings
        }
        for (_, end) in endings.sorted(by: { $0.key < $1.key }) { end() }
    }
}
