import CLibcurl

/// The reading half of an upgraded connection: the head of the answer, and then bytes.
struct ConnectionTraffic {
    enum Progress {
        case goesOn
        case ended
        case failed(HTTPError.Code, String)
    }

    private let maxHeadBytes: Int
    private let receiver: any TransferReceiver
    private var head: [UInt8] = []
    private var hasHead = false
    /// Of the body of a refusal, which is not read without a length; nil: until the end of the connection.
    private var bytesLeft: Int?
    /// What the receiver did not take.
    private var kept: [UInt8] = []

    init(maxHeadBytes: Int, receiver: any TransferReceiver) {
        self.maxHeadBytes = maxHeadBytes
        self.receiver = receiver
    }

    var isPaused: Bool { !kept.isEmpty }

    /// False when the receiver still takes nothing.
    mutating func deliverKept() -> Bool {
        let bytes = kept
        kept = []
        if case .failed? = deliver(bytes) { return false }
        return kept.isEmpty
    }

    /// Reads what is there.
    mutating func receive(from easy: UnsafeMutableRawPointer) -> Progress {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !isPaused {
            var count = 0
            let code = curl_easy_recv(easy, &buffer, buffer.count, &count)
            if code == CURLE_AGAIN { return .goesOn }
            guard code == CURLE_OK else {
                return .failed(hasHead ? .responseCutShort : .sentButUnanswered, "the connection broke")
            }
            guard count > 0 else {
                return hasHead ? .ended : .failed(.sentButUnanswered, "the connection ended without an answer")
            }
            if let progress = take(Array(buffer[..<count])) { return progress }
        }
        return .goesOn
    }

    /// nil: more may come.
    private mutating func take(_ bytes: [UInt8]) -> Progress? {
        guard !hasHead else { return deliver(bytes) }
        head += bytes
        guard let end = head.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return head.count <= maxHeadBytes
                ? nil : .failed(.tooLarge, "the head of the response is larger than \(maxHeadBytes) bytes")
        }
        guard let parsed = ConnectionTraffic.parse(head[..<end.lowerBound]) else {
            return .failed(.protocolError, "the answer is not HTTP as it should be")
        }
        hasHead = true
        if parsed.status != 101 { bytesLeft = parsed.headers["Content-Length"].flatMap { Int($0) } ?? 0 }
        receiver.receive(head: parsed)
        let rest = Array(head[end.upperBound...])
        head = []
        if bytesLeft == 0 { return .ended }
        return rest.isEmpty ? nil : deliver(rest)
    }

    private mutating func deliver(_ bytes: [UInt8]) -> Progress? {
        let wanted = Array(bytes.prefix(bytesLeft ?? bytes.count))
        switch wanted.withUnsafeBytes(receiver.receive(bytes:)) {
        case .taken: break
        case .pause:
            kept = wanted
            return nil
        case .refuse(let error): return .failed(error.code, error.message)
        }
        bytesLeft = bytesLeft.map { $0 - wanted.count }
        return bytesLeft == 0 ? .ended : nil
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> HTTPResponseHead? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.add(String(line[..<colon]), String(value))
        }
        return HTTPResponseHead(status: status, headers: headers)
    }
}
