import Ambient

/// A request body that is made while it is sent. One writer.
///
/// Writing waits while the other side is slow: at most the capacity (plus one chunk) is held. A transfer that ends before the
/// body does, because the server answered early or the connection broke, ends the writing too.
public final class HTTPUpload: Sendable {
    /// What the transfer thread gets when it asks for bytes.
    enum Portion {
        case bytes(ArraySlice<UInt8>)
        /// Nothing yet: pause, and ask again after a resume.
        case pause
        case end
        /// The writer gave up: no body that ends in order may come of it.
        case broken
    }

    private struct State {
        var bytes: ArraySlice<UInt8> = []
        var isFinished = false
        var isBroken = false
        /// The transfer takes nothing any more.
        var isClosed = false
        var isPaused = false
        var writer: CheckedContinuation<Void, Never>?
        var resume: (@Sendable () -> Void)?
    }

    /// In bytes.
    public static let defaultCapacity = 256 << 10

    private let capacity: Int
    private let state = Guarded(State())

    public init(capacity: Int = HTTPUpload.defaultCapacity) { self.capacity = max(1, capacity) }

    // MARK: the writer's side

    /// Hands bytes over; waits while too many of earlier ones are not sent yet.
    ///
    /// - Returns: false when the transfer has ended: what it brought is the answer of the request.
    public func write(_ bytes: [UInt8]) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (waits, resume): (Bool, (@Sendable () -> Void)?) = state.withLock { state in
                    guard !state.isClosed, !state.isFinished, !state.isBroken else { return (false, nil) }
                    state.bytes += bytes
                    let resume = state.isPaused ? state.resume : nil
                    state.isPaused = false
                    guard state.bytes.count > capacity, state.writer == nil else { return (false, resume) }
                    state.writer = continuation
                    return (true, resume)
                }
                resume?()
                if !waits { continuation.resume() }
            }
        } onCancel: {
            fail()
        }
        return state.withLock { !$0.isClosed && !$0.isBroken }
    }

    /// The body is complete.
    public func finish() { settle { $0.isFinished = true } }

    /// The body will never be complete: the transfer fails.
    public func fail() { settle { if !$0.isFinished { $0.isBroken = true } } }

    private func settle(_ change: (inout State) -> Void) {
        let (resume, writer) = state.withLock { state in
            change(&state)
            let resume = state.isPaused ? state.resume : nil
            state.isPaused = false
            return (resume, state.isBroken ? state.writer.take() : nil)
        }
        resume?()
        writer?.resume()
    }

    // MARK: the transfer's side

    /// - Parameter resume: asks the transfer thread to ask for bytes again; called without the lock.
    func connect(resume: @escaping @Sendable () -> Void) { state.withLock { $0.resume = resume } }

    /// Up to `count` bytes. Called by the transfer thread; does not block.
    func take(upTo count: Int) -> Portion {
        let (portion, writer): (Portion, CheckedContinuation<Void, Never>?) = state.withLock { state in
            // Whoever has answered already gets an end; nobody reads what would have come before it.
            if state.isClosed { return (.end, nil) }
            if state.isBroken { return (.broken, nil) }
            if state.bytes.isEmpty {
                if state.isFinished { return (.end, nil) }
                state.isPaused = true
                return (.pause, nil)
            }
            let portion = state.bytes.prefix(count)
            state.bytes = state.bytes.dropFirst(portion.count)
            // A slice keeps what is before it: let go of it when it is used up.
            if state.bytes.isEmpty { state.bytes = [] }
            return (.bytes(portion), state.bytes.count <= capacity / 2 ? state.writer.take() : nil)
        }
        writer?.resume()
        return portion
    }

    /// The transfer has ended, or takes nothing any more; one that pauses for bytes goes on.
    func close() {
        let (resume, writer) = state.withLock { state in
            state.isClosed = true
            state.bytes = []
            let resume = state.isPaused ? state.resume : nil
            state.isPaused = false
            state.resume = nil
            return (resume, state.writer.take())
        }
        resume?()
        writer?.resume()
    }
}
