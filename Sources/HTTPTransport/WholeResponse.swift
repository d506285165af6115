import Ambient

/// Collects a whole response, up to a limit, and hands it to the one who waits.
final class WholeResponse: TransferReceiver {
    private struct State {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        var waiter: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>?
    }

    private let label: String
    private let maxBytes: Int
    private let state: Guarded<State>

    init(label: String, maxBytes: Int, waiter: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>) {
        self.label = label
        self.maxBytes = maxBytes
        state = Guarded(State(waiter: waiter))
    }

    func receive(head: HTTPResponseHead) {
        state.withLock { state in
            state.head = head
            // A hint only: the length comes from the other side, so that it must not reserve more than a little.
            if let length = head.headers["Content-Length"].flatMap({ Int($0) }) {
                state.body.reserveCapacity(min(max(length, 0), 1 << 20))
            }
        }
    }

    func receive(bytes: UnsafeRawBufferPointer) -> Reception {
        let fits = state.withLock { state in
            guard state.body.count + bytes.count <= maxBytes else { return false }
            state.body.append(contentsOf: bytes)
            return true
        }
        if fits { return .taken }
        return .refuse(
            HTTPError(
                code: .tooLarge, mayHaveReachedServer: true,
                message: "\(label): the response is larger than \(maxBytes) bytes"))
    }

    func finish(_ result: Result<Void, HTTPError>) {
        let (waiter, head, body) = state.withLock { state in
            (state.waiter.take(), state.head, state.body)
        }
        switch (result, head) {
        case (.failure(let error), _): waiter?.resume(returning: .failure(error))
        case (.success, let head?):
            waiter?.resume(returning: .success(HTTPResponse(status: head.status, headers: head.headers, body: body)))
        case (.success, nil):
            waiter?.resume(
                returning: .failure(
                    HTTPError(
                        code: .protocolError, mayHaveReachedServer: true,
                        message: "\(label): the response has no status line")))
        }
    }
}
