import Ambient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the thread of a connection is asked to do: bytes to send, the end of sending, the end of all. Each wakes it.
final class ConnectionOutbox: Sendable {
    /// Writers wait beyond this many unsent bytes.
    private static let capacity = 256 << 10

    private struct State {
        var bytes: ArraySlice<UInt8>
        var closesWriting = false
        var isCancelled = false
        var waiter: CheckedContinuation<Void, Never>?
        /// Its peer is what the thread polls; -1 before it has one and after its end.
        var wakeDescriptor: Int32 = -1
    }

    struct Work {
        var bytes: ArraySlice<UInt8>
        var closesWriting: Bool
        var isCancelled: Bool
    }

    private let state: Guarded<State>

    init(_ first: [UInt8]) { state = Guarded(State(bytes: first[...])) }

    /// - Returns: false when the connection is closed.
    func append(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard !state.isCancelled, !state.closesWriting else { return false }
                state.bytes += bytes
                ConnectionOutbox.wake(state)
                guard state.bytes.count > ConnectionOutbox.capacity, state.waiter == nil else { return false }
                state.waiter = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
        return state.withLock { !$0.isCancelled && !$0.closesWriting }
    }

    func post(_ bytes: [UInt8]) {
        state.withLock { state in
            guard !state.isCancelled, !state.closesWriting else { return }
            state.bytes += bytes
            ConnectionOutbox.wake(state)
        }
    }

    func closeWriting() {
        state.withLock { state in
            state.closesWriting = true
            ConnectionOutbox.wake(state)
        }
    }

    func cancel() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            ConnectionOutbox.wake(state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    func wake() { state.withLock { ConnectionOutbox.wake($0) } }

    private static func wake(_ state: borrowing State) {
        guard state.wakeDescriptor >= 0 else { return }
        var byte: UInt8 = 1
        // A full socket wakes as well as one byte more would.
        _ = write(state.wakeDescriptor, &byte, 1)
    }

    // MARK: the thread's side

    func attach(wakeDescriptor: Int32) { state.withLock { $0.wakeDescriptor = wakeDescriptor } }

    var work: Work {
        state.withLock { Work(bytes: $0.bytes, closesWriting: $0.closesWriting, isCancelled: $0.isCancelled) }
    }

    func sent(_ count: Int) {
        let waiter = state.withLock { state in
            state.bytes = state.bytes.dropFirst(count)
            return state.bytes.count <= ConnectionOutbox.capacity / 2 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// After it nothing wakes the thread any more, and the socket may be closed.
    func detach() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            state.wakeDescriptor = -1
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
