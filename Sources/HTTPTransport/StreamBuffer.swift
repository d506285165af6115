import Ambient

/// The bounded buffer between the transfer thread and the reader of a streamed body.
///
/// The transfer thread puts chunks in and is told to pause when the buffer is full; the reader takes them out and asks
/// for the transfer to go on once half of the buffer is free.
final class StreamBuffer: TransferReceiver {
    typealias HeadResult = Result<HTTPResponseHead, HTTPError>
    typealias ChunkResult = Result<[UInt8]?, HTTPError>

    private struct State {
        var head: HTTPResponseHead?
        var chunks: ArraySlice<[UInt8]> = []
        var bufferedBytes = 0
        var isPaused = false
        var end: Result<Void, HTTPError>?
        var headWaiter: CheckedContinuation<HeadResult, Never>?
        var chunkWaiter: CheckedContinuation<ChunkResult, Never>?
    }

    private let label: String
    private let capacity: Int
    private let resume: @Sendable () -> Void
    private let state = Guarded(State())

    /// - Parameter resume: asks the transfer thread to go on reading; called without the lock.
    init(label: String, capacity: Int, resume: @escaping @Sendable () -> Void) {
        self.label = label
        self.capacity = capacity
        self.resume = resume
    }

    // MARK: the transfer thread's side

    func receive(head: HTTPResponseHead) {
        let waiter = state.withLock { state in
            state.head = head
            return state.headWaiter.take()
        }
        waiter?.resume(returning: .success(head))
    }

    func receive(bytes: UnsafeRawBufferPointer) -> Reception {
        let chunk = [UInt8](bytes)
        let (waiter, reception): (CheckedContinuation<ChunkResult, Never>?, Reception) = state.withLock { state in
            if let waiter = state.chunkWaiter.take() { return (waiter, .taken) }
            if state.bufferedBytes >= capacity {
                state.isPaused = true
                return (nil, .pause)
            }
            state.chunks.append(chunk)
            state.bufferedBytes += chunk.count
            return (nil, .taken)
        }
        waiter?.resume(returning: .success(chunk))
        return reception
    }

    func finish(_ result: Result<Void, HTTPError>) {
        let (headWaiter, chunkWaiter) = state.withLock { state in
            state.end = result
            return (state.headWaiter.take(), state.chunkWaiter.take())
        }
        switch result {
        case .success:
            headWaiter?.resume(returning: .failure(missingHead))
            chunkWaiter?.resume(returning: .success(nil))
        case .failure(let error):
            headWaiter?.resume(returning: .failure(error))
            chunkWaiter?.resume(returning: .failure(error))
        }
    }

    // MARK: the reader's side

    func waitForHead() async -> HeadResult {
        await withCheckedContinuation { continuation in
            let known: HeadResult? = state.withLock { state in
                if let head = state.head { return .success(head) }
                switch state.end {
                case .failure(let error): return .failure(error)
                case .success: return .failure(missingHead)
                case nil:
                    state.headWaiter = continuation
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    func next() async -> ChunkResult {
        await withCheckedContinuation { continuation in
            let (known, goesOn): (ChunkResult?, Bool) = state.withLock { state in
                if let chunk = state.chunks.popFirst() {
                    state.bufferedBytes -= chunk.count
                    let goesOn = state.isPaused && state.bufferedBytes <= capacity / 2
                    if goesOn { state.isPaused = false }
                    return (.success(chunk), goesOn)
                }
                switch state.end {
                case .success: return (.success(nil), false)
                case .failure(let error): return (.failure(error), false)
                case nil: break
                }
                guard state.chunkWaiter == nil else { return (.failure(secondReader), false) }
                state.chunkWaiter = continuation
                return (nil, false)
            }
            if let known { continuation.resume(returning: known) }
            if goesOn { resume() }
        }
    }

    private var missingHead: HTTPError {
        HTTPError(
            code: .protocolError, mayHaveReachedServer: true, message: "\(label): the response has no status line")
    }

    private var secondReader: HTTPError {
        HTTPError(
            code: .invalidRequest, mayHaveReachedServer: true,
            message: "\(label): two tasks read one body; a body has one reader")
    }
}
