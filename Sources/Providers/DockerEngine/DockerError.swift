internal import HTTPTransport

/// Why a call to the engine did not succeed.
public struct DockerError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        /// 404: the object of the call, or an image or network that it names.
        case notFound
        /// 409: a name that is taken, or an object in use or in a state that excludes the call.
        case conflict
        /// 400 and the other 4xx.
        case badRequest
        /// 5xx.
        case serverError
        /// The engine cannot be reached (or did not answer a read): nothing was done.
        case unreachable
        /// The call was sent and no answer came: whether it took effect is unknown.
        case unknownOutcome
        /// The calling task was cancelled.
        case cancelled
        /// The answer is not what the API describes.
        case malformedAnswer
    }

    public let kind: Kind

    /// HTTP status; nil when there was no answer.
    public let statusCode: Int?

    /// The engine's own words, or those of the transport.
    public let engineMessage: String

    /// The call, as `POST /containers/create`.
    public let call: String

    /// Whether the call can have had an effect all the same.
    public let mayHaveHappened: Bool

    public init(kind: Kind, statusCode: Int? = nil, engineMessage: String, call: String, mayHaveHappened: Bool = false)
    {
        self.kind = kind
        self.statusCode = statusCode
        self.engineMessage = engineMessage
        self.call = call
        self.mayHaveHappened = mayHaveHappened
    }

    public var description: String {
        let status = statusCode.map { " (status \($0))" } ?? ""
        return "engine call \(call)\(status): \(engineMessage)"
    }
}

extension DockerError {
    init(_ error: HTTPError, call: EngineCall) {
        let isRead = call.method == .get || call.method == .head
        let mayHaveHappened = error.mayHaveReachedServer && !isRead
        let kind: Kind =
            switch error.code {
            case .cancelled: .cancelled
            case .protocolError, .tooLarge: mayHaveHappened ? .unknownOutcome : .malformedAnswer
            case .invalidRequest: .badRequest
            default: mayHaveHappened ? .unknownOutcome : .unreachable
            }
        self.init(kind: kind, engineMessage: error.message, call: call.label, mayHaveHappened: mayHaveHappened)
    }

    static func malformed(_ what: String, call: EngineCall) -> DockerError {
        DockerError(
            kind: .malformedAnswer, engineMessage: what, call: call.label,
            mayHaveHappened: call.method != .get && call.method != .head)
    }
}
