/// Why a request has no response. (A response with an error status is a response.)
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The request cannot be sent as it is: bad path, header, address or size.
        case invalidRequest
        case connectionRefused
        /// The unix socket does not exist.
        case socketMissing
        /// The unix socket may not be opened by this user.
        case permissionDenied
        case hostNotFound
        /// No connection for any other reason (no route, network down).
        case connectionFailed
        case timedOut
        case tlsFailed
        case cancelled
        /// The response is larger than the transport's limits allow.
        case tooLarge
        /// The other side does not speak HTTP as it should.
        case protocolError
        /// The request went out (wholly or in part) and the connection ended without an answer.
        case sentButUnanswered
        /// The connection ended in the middle of the response.
        case responseCutShort
        /// The transport was shut down.
        case shutDown
        /// libcurl or the system failed on our side.
        case internalFailure
    }

    public let code: Code

    /// False: the request never reached the server, and it is safe to try again. True: it may have, and the effect is
    /// unknown until somebody looks.
    public let mayHaveReachedServer: Bool

    /// What happened, where, and what to do.
    public let message: String

    public init(code: Code, mayHaveReachedServer: Bool, message: String) {
        self.code = code
        self.mayHaveReachedServer = mayHaveReachedServer
        self.message = message
    }

    public var description: String { message }
}
