internal import HTTPTransport
internal import JSON

/// Why a call to a Kubernetes API did not succeed.
public struct KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        /// 404.
        case notFound
        /// 409 AlreadyExists: an object of that name is there.
        case alreadyExists
        /// 409: the object is at another version than the call was made for, or another object has the name.
        case conflict
        /// 410: the version of a watch or the continuation of a list is too old; list again.
        case expired
        /// 400, 413, 415 and 422: the object is not one that the API takes.
        case invalid
        /// 401.
        case unauthorized
        /// 403: RBAC, admission or a quota.
        case forbidden
        /// 429, after the retries that the server asked for.
        case tooManyRequests
        /// 5xx, and other statuses.
        case serverError
        /// The API cannot be reached, or did not answer a read: nothing was done.
        case unreachable
        /// A write was sent and no answer came: whether it took effect is unknown.
        case unknownOutcome
        /// The calling task was cancelled.
        case cancelled
        /// The answer is not what the API describes.
        case malformedAnswer
    }

    public let kind: Kind
    /// HTTP status; nil when there was no answer.
    public let statusCode: Int?
    /// `reason` of the Status, as `NotFound`; empty when the answer held none.
    public let reason: String
    /// The API's own words, or those of the transport.
    public let message: String
    /// The call, as `DELETE pods default/web-0`.
    public let call: String
    /// What the server asked to wait before the next try, in seconds.
    public let retryAfterSeconds: Int?

    public init(
        _ kind: Kind, statusCode: Int? = nil, reason: String = "", message: String, call: String,
        retryAfterSeconds: Int? = nil
    ) {
        (self.kind, self.statusCode, self.reason) = (kind, statusCode, reason)
        (self.message, self.call, self.retryAfterSeconds) = (message, call, retryAfterSeconds)
    }

    public var description: String {
        let status = statusCode.map { " (status \($0)\(reason.isEmpty ? "" : " \(reason)"))" } ?? ""
        return "Kubernetes call \(call)\(status): \(message)"
    }
}

extension KubernetesError {
    init(_ error: HTTPError, call: String, isWrite: Bool) {
        let mayHaveHappened = error.mayHaveReachedServer && isWrite
        let kind: Kind =
            switch error.code {
            case .cancelled: .cancelled
            case .protocolError, .tooLarge: mayHaveHappened ? .unknownOutcome : .malformedAnswer
            case .invalidRequest: .invalid
            default: mayHaveHappened ? .unknownOutcome : .unreachable
            }
        self.init(kind, message: error.message, call: call)
    }

    /// What an answer that is not 2xx says: its Status, or what can be said of another body.
    static func answered(
        _ code: Int, _ body: [UInt8], retryAfter: String? = nil, call: String
    ) -> KubernetesError {
        let json = try? JSONValue(parsing: body)
        let isStatus = json?["kind"]?.stringValue == "Status"
        return KubernetesError(
            status: isStatus ? json ?? .null : .null, code: code,
            fallback: String(decoding: body.prefix(512), as: UTF8.self), retryAfter: retryAfter.flatMap { Int($0) },
            call: call)
    }

    /// - Parameter status: a `Status`, also as the object of an ERROR event.
    init(status: JSONValue, code: Int?, fallback: String = "", retryAfter: Int? = nil, call: String) {
        let code = code ?? status["code"]?.intValue.map { Int($0) } ?? 0
        let reason = status["reason"]?.stringValue ?? ""
        let kind: Kind =
            switch code {
            case 404: .notFound
            case 409: reason == "AlreadyExists" ? .alreadyExists : .conflict
            case 410: .expired
            case 400, 413, 415, 422: .invalid
            case 401: .unauthorized
            case 403: .forbidden
            case 429: .tooManyRequests
            default: .serverError
            }
        let asked = status["details"]?["retryAfterSeconds"]?.intValue.map { Int(clamping: $0) }
        self.init(
            kind, statusCode: code, reason: reason, message: status["message"]?.stringValue ?? fallback, call: call,
            retryAfterSeconds: retryAfter ?? asked)
    }
}
