import Ambient

/// HTTP/1.1 to one endpoint, over libcurl on a thread of its own (made at the first request): kept connections, unix
/// sockets, TLS, streamed responses.
///
/// Cancelling the task that waits ends the transfer. A response with an error status is a response, not an error.
/// Redirects are not followed, and proxies of the environment are not used.
public final class HTTPTransport: Sendable {
    public let endpoint: HTTPEndpoint
    public let limits: HTTPLimits
    private let loop: TransferLoop
    private let lastID = Guarded<UInt64>(0)
    private let upgrades = OpenUpgrades()

    public init(endpoint: HTTPEndpoint, limits: HTTPLimits = HTTPLimits()) {
        self.endpoint = endpoint
        self.limits = limits
        loop = TransferLoop(endpoint: endpoint, limits: limits)
    }

    deinit { shutdown() }

    /// Sends a request and waits for the whole response.
    ///
    /// - Throws: `tooLarge` beyond `limits.maxResponseBytes`; see `HTTPError` for the others, and
    ///   `mayHaveReachedServer` for whether the request can have had an effect.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await send(request, upload: nil)
    }

    /// As `send`, with a body that is written while it is sent, in chunks of no known number, on a connection of its own. It is
    /// never sent twice, whatever the method. The request's time-out is for all of it.
    ///
    /// An answer may come before the body's end, mostly an error: `body.write` then returns false.
    public func send(_ request: HTTPRequest, body: HTTPUpload) async throws(HTTPError) -> HTTPResponse {
        try await send(request, upload: body)
    }

    private func send(_ request: HTTPRequest, upload: HTTPUpload?) async throws(HTTPError) -> HTTPResponse {
        // Whatever ends it: nobody waits for a transfer that is over.
        defer { upload?.close() }
        try check(request)
        let id = nextID()
        let isCancelled = Guarded(false)
        let loop = loop
        upload?.connect { loop.post(.resume(id)) }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let receiver = WholeResponse(
                    label: request.label, maxBytes: limits.maxResponseBytes, waiter: continuation)
                loop.post(
                    .start(
                        TransferOrder(
                            id: id, request: request, receiver: receiver, isStream: false, upload: upload,
                            isCancelled: isCancelled)))
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
            loop.post(.cancel(id))
        }.get()
    }

    /// Sends a request, and returns as soon as the head of the response is there.
    ///
    /// The request's time-out counts until then; after it the stream lasts as long as it is read.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        try check(request)
        let id = nextID()
        let isCancelled = Guarded(false)
        let loop = loop
        let buffer = StreamBuffer(label: request.label, capacity: limits.streamBufferBytes) { loop.post(.resume(id)) }
        let cancel: @Sendable () -> Void = {
            isCancelled.withLock { $0 = true }
            loop.post(.cancel(id))
        }
        let lease = BodyLease(label: request.label, buffer: buffer, cancel: cancel)
        let head = try await withTaskCancellationHandler {
            loop.post(
                .start(
                    TransferOrder(
                        id: id, request: request, receiver: buffer, isStream: true, isCancelled: isCancelled)))
            return await buffer.waitForHead()
        } onCancel: {
            cancel()
        }.get()
        return HTTPStreamingResponse(status: head.status, headers: head.headers, body: HTTPBody(lease: lease))
    }

    /// Ends every transfer with `shutDown` and closes the connections. Later requests fail with `shutDown`.
    public func shutdown() {
        loop.stop()
        upgrades.endAll()
    }

    /// Sends a request that asks to go on in another protocol (RFC 9110, 7.8), on a connection and a thread of its own.
    ///
    /// The request's time-out counts until the connection stands; the whole of it may take as long again.
    public func upgrade(_ request: HTTPRequest) async throws(HTTPError) -> HTTPUpgradeAnswer {
        try check(request)
        let id = nextID()
        let connection = UpgradedConnection(request, endpoint, limits) { [upgrades] in upgrades.leave(id) }
        guard upgrades.enter(id, end: { [weak connection] in connection?.cancel() }) else {
            throw HTTPError(
                code: .shutDown, mayHaveReachedServer: false, message: "\(request.label): the transport was shut down")
        }
        return try await connection.open()
    }

    private func check(_ request: HTTPRequest) throws(HTTPError) {
        if let flaw = request.flaw(limits: limits) ?? endpoint.flaw {
            throw HTTPError(
                code: .invalidRequest, mayHaveReachedServer: false,
                message: "\(request.label) on \(endpoint): \(flaw)")
        }
    }

    private func nextID() -> UInt64 {
        lastID.withLock { last in
            last += 1
            return last
        }
    }
}

extension HTTPEndpoint {
    /// What makes the address unusable; nil when it can be tried.
    fileprivate var flaw: String? {
        switch self {
        case .unix(let path):
            path.isEmpty || path.utf8.count > 107 ? "the socket's path must have 1 to 107 bytes (sockaddr_un)" : nil
        case .tcp(let base, _):
            base.hasPrefix("http://") || base.hasPrefix("https://")
                ? nil : "the address must begin with http:// or https://"
        }
    }
}
