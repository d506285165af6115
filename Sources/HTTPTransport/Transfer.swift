import CLibcurl
import CShims

/// A request under way on the transfer thread: libcurl's callbacks end here.
final class Transfer {
    let id: UInt64
    let easy: EasyHandle
    private let request: HTTPRequest
    private let receiver: any TransferReceiver
    private let maxHeadBytes: Int
    private let isStream: Bool
    private let upload: HTTPUpload?

    private var head = HTTPResponseHead(status: 0, headers: [:])
    private var headBytes = 0
    private(set) var hasHead = false
    /// How often a connection was chosen and the request begun on it.
    private var sendCount = 0
    /// Why one of our callbacks stopped the transfer; libcurl itself knows only that one did.
    private var ownError: HTTPError?

    init(_ order: TransferOrder, easy: EasyHandle, maxHeadBytes: Int) {
        id = order.id
        request = order.request
        receiver = order.receiver
        isStream = order.isStream
        upload = order.upload
        self.easy = easy
        self.maxHeadBytes = maxHeadBytes
    }

    /// Points libcurl's callbacks at this object, which must outlive the transfer.
    func connectCallbacks() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        if upload != nil {
            let isSet = imm_curl_set_upload(
                easy.pointer, { data, size, count, context in Transfer.from(context).fill(data, size * count) }, context
            )
            guard isSet == CURLE_OK else { return false }
        }
        return imm_curl_set_callbacks(
            easy.pointer,
            { data, size, count, context in Transfer.from(context).receiveBody(data, size * count) },
            { data, size, count, context in Transfer.from(context).receiveHeader(data, size * count) },
            { context, _, _, _, _ in Transfer.from(context).beginSending() }, context) == CURLE_OK
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        // The context is always set, by connectCallbacks.
        guard let context else { preconditionFailure("libcurl called back without its context") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// libcurl sends a request again when a reused connection dies before the first byte of an answer. The server may
    /// have acted on the first one, so that this is only allowed where repeating does no harm.
    private func beginSending() -> Int32 {
        sendCount += 1
        guard sendCount > 1, !request.mayBeRepeated || upload != nil else { return Int32(CURL_PREREQFUNC_OK) }
        ownError = .sentButUnanswered(request)
        return Int32(CURL_PREREQFUNC_ABORT)
    }

    private func receiveHeader(_ data: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        if hasHead { return count }  // Trailers of a chunked body.
        headBytes += count
        guard headBytes <= maxHeadBytes else {
            ownError = HTTPError(
                code: .tooLarge, mayHaveReachedServer: true,
                message: "\(request.label): the head of the response is larger than \(maxHeadBytes) bytes")
            return 0
        }
        let line = UnsafeRawBufferPointer(start: data, count: count)
        if line.starts(with: "HTTP/".utf8) {
            head = HTTPResponseHead(status: 0, headers: [:])
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            head.headers.add(name, String(decoding: line[(colon + 1)...].trimmed, as: UTF8.self))
        } else if line.trimmed.isEmpty {
            head.status = easy.number(CURLINFO_RESPONSE_CODE)
            if head.status >= 200 { deliverHead() }
        }
        return count
    }

    /// Takes the next bytes of the body from its writer.
    private func fill(_ data: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        guard let upload else { return 0 }
        switch upload.take(upTo: room) {
        case .bytes(let bytes):
            UnsafeMutableRawBufferPointer(start: data, count: room).copyBytes(from: bytes)
            return bytes.count
        case .pause: return Int(CURL_READFUNC_PAUSE)
        case .end: return 0
        case .broken:
            ownError = HTTPError(
                code: .cancelled, mayHaveReachedServer: true,
                message: "\(request.label): the body was given up before its end")
            return Int(CURL_READFUNC_ABORT)
        }
    }

    private func deliverHead() {
        hasHead = true
        // The answer is there before the body's end: libcurl sends no more of it, and nothing may wait for it any more.
        if head.status >= 300 { upload?.close() }
        // A stream lasts as long as it lasts: its time-out was for the head.
        if isStream { _ = easy.set(CURLOPT_TIMEOUT_MS, 0) }
        receiver.receive(head: head)
    }

    private func receiveBody(_ data: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        switch receiver.receive(bytes: UnsafeRawBufferPointer(start: data, count: count)) {
        case .taken: return count
        case .pause: return Int(CURL_WRITEFUNC_PAUSE)
        case .refuse(let error):
            ownError = error
            return 0
        }
    }

    /// Tells the receiver how libcurl ended the transfer.
    func finish(_ code: CURLcode, endpoint: HTTPEndpoint) {
        upload?.close()
        if code == CURLE_OK {
            receiver.finish(.success(()))
        } else {
            let failure = TransferFailure(
                code: code, request: request, endpoint: endpoint, wasBegun: sendCount > 0, hasHead: hasHead,
                systemError: Int32(truncatingIfNeeded: easy.number(CURLINFO_OS_ERRNO)),
                words: easy.errorMessage(for: code))
            receiver.finish(.failure(ownError ?? failure.error))
        }
    }

    /// Tells the receiver that we ended the transfer.
    func abandon(_ code: HTTPError.Code, because reason: String) {
        upload?.close()
        receiver.finish(
            .failure(
                HTTPError(code: code, mayHaveReachedServer: sendCount > 0, message: "\(request.label): \(reason)")))
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    fileprivate var trimmed: Slice<UnsafeRawBufferPointer> {
        var rest = self
        while let first = rest.first, first <= 0x20 { rest = rest.dropFirst() }
        while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
        return rest
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var trimmed: Slice<UnsafeRawBufferPointer> { self[...].trimmed }
}
