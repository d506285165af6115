import Hummingbird
import NIOCore

extension Response {
    /// Ends the connection after this response to a request that asked for another protocol and did not get it: the
    /// HTTP decoder reads nothing more after such a request, and the client would wait for ever for its next answer.
    mutating func closeAfterRefusedUpgrade(of request: Request, _ channel: any Channel) {
        guard request.headers[.upgrade] != nil, status != .switchingProtocols else { return }
        headers[.connection] = "close"
        let answer = body
        body = ResponseBody(contentLength: answer.contentLength) { writer in
            defer { channel.close(promise: nil) }
            try await answer.write(writer)
        }
    }
}
