import Ambient

/// Stops a process as SIGSTOP does, and lets it go on: nothing that it waits for comes back before.
///
/// Armed for an operation of the provider, it closes when that call is on its way to the engine: the intent is stored, and the
/// call lands when the process goes on.
public final class ProcessGate: Sendable {
    private struct State {
        var isClosed = false
        var armed: (operation: ProviderOperation, skip: Int)?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    public init() {}

    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Stops the process at this call, after `skip` others of the kind have passed.
    public func stop(at operation: ProviderOperation, after skip: Int = 0) {
        state.withLock { $0.armed = (operation, skip) }
    }

    public func close() { state.withLock { $0.isClosed = true } }

    public func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = false
            state.armed = nil
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits while the gate is closed. A stopped process does not notice a cancellation either.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.isClosed { state.waiting.append(continuation) }
                return !state.isClosed
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns whether the call was held.
    func pass(_ operation: ProviderOperation) async -> Bool {
        let isHeld = state.withLock { state in
            if let armed = state.armed, armed.operation == operation {
                state.armed = armed.skip == 0 ? nil : (operation, armed.skip - 1)
                if armed.skip == 0 { state.isClosed = true }
            }
            return state.isClosed
        }
        await pass()
        return isHeld
    }
}

/// The clock of a process that can be stopped.
struct GatedTime: TimeSource {
    let base: any TimeSource
    let gate: ProcessGate

    var now: Timestamp { base.now }
    var uptime: Duration { base.uptime }

    func sleep(for duration: Duration) async throws {
        try await base.sleep(for: duration)
        await gate.pass()
    }
}
