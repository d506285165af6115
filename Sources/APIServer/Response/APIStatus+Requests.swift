import ResourceAPI

// The failures that the HTTP layer itself finds; those of the verbs come from the client.
extension APIStatus {
    static func methodNotAllowed(_ method: String, on what: String) -> APIStatus {
        APIStatus(
            code: 405, reason: .methodNotAllowed, message: "the server does not allow \(method) on \(what)")
    }

    static func tooLarge(limitBytes: Int) -> APIStatus {
        APIStatus(
            code: 413, reason: .requestEntityTooLarge,
            message: "the request body is larger than \(limitBytes) bytes; split what you send into several objects")
    }

    static func unsupportedMediaType(_ message: String) -> APIStatus {
        APIStatus(code: 415, reason: .unsupportedMediaType, message: message)
    }

    static func notAcceptable(_ accept: String) -> APIStatus {
        APIStatus(
            code: 406, reason: .notAcceptable,
            message: "none of the media types in \"Accept: \(accept)\" can be served; application/json can")
    }

    /// 422 for options of a request, in the words of Kubernetes' `field.Error`.
    static func invalidOptions(_ kind: String, field: String, _ reason: String, _ message: String) -> APIStatus {
        APIStatus(
            code: 422, reason: .invalid, message: "\(kind) \"\" is invalid: \(field): \(message)", group: "meta.k8s.io",
            kind: kind, causes: [Cause(reason: reason, message: message, field: field)])
    }

    static func versionTooLarge(asked: String, current: String) -> APIStatus {
        var status = APIStatus(
            code: 504, reason: .timeout, message: "Too large resource version: \(asked), current: \(current)",
            causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")])
        status.retryAfterSeconds = 1
        return status
    }

    static let shuttingDown = {
        var status = APIStatus(
            code: 503, reason: .serviceUnavailable, message: "the server is shutting down; try again in a moment")
        status.retryAfterSeconds = 1
        return status
    }()
}
