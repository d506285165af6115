/// The status line and headers of a response.
struct HTTPResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// What a receiver did with bytes that it was offered.
enum Reception: Sendable {
    case taken
    /// Not taken: offer them again after a resume.
    case pause
    /// Not taken, and the transfer fails with this error.
    case refuse(HTTPError)
}

/// Takes in what a transfer brings: a head, bytes, an end, in this order; the end comes exactly once. All calls come
/// from the transfer thread and must not block.
protocol TransferReceiver: Sendable {
    func receive(head: HTTPResponseHead)
    func receive(bytes: UnsafeRawBufferPointer) -> Reception
    func finish(_ result: Result<Void, HTTPError>)
}
