public import InfraAPI
import JSON
import ObjectStore

// The failures of the verbs, in Kubernetes' words: kubectl and other clients match on them.
extension APIStatus {
    public static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: .badRequest, message: message)
    }

    public static func notFound(_ type: ResourceType, _ name: String) -> APIStatus {
        about(type, name, 404, .notFound, "\(type.qualifiedName) \"\(name)\" not found")
    }

    public static func alreadyExists(_ type: ResourceType, _ name: String) -> APIStatus {
        about(type, name, 409, .alreadyExists, "\(type.qualifiedName) \"\(name)\" already exists")
    }

    public static func conflict(_ type: ResourceType, _ name: String, _ reason: String) -> APIStatus {
        about(
            type, name, 409, .conflict, "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(reason)")
    }

    /// Another write came first.
    public static func modified(_ type: ResourceType, _ name: String) -> APIStatus {
        conflict(
            type, name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// - Parameter name: empty when the request names no object.
    public static func forbidden(_ type: ResourceType, _ name: String, _ reason: String) -> APIStatus {
        let object = name.isEmpty ? type.qualifiedName : "\(type.qualifiedName) \"\(name)\""
        return about(type, name, 403, .forbidden, "\(object) is forbidden: \(reason)")
    }

    /// A 422 with one cause an error.
    public static func invalid(_ type: ResourceType, _ name: String, _ errors: [FieldError]) -> APIStatus {
        let object = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        let sentences = errors.map(\.description)
        let all = sentences.count == 1 ? sentences[0] : "[\(sentences.joined(separator: ", "))]"
        var status = APIStatus(
            code: 422, reason: .invalid, message: "\(object) \"\(name)\" is invalid: \(all)", group: type.group,
            kind: type.kind, name: name)
        status.causes = errors.map { error in
            let hint = error.hint.map { " (\($0))" } ?? ""
            return Cause(
                reason: error.reason.rawValue, message: error.message + hint, field: error.path.description)
        }
        return status
    }

    static func tooLarge(_ bytes: Int, limit: Int) -> APIStatus {
        APIStatus(
            code: 413, reason: .requestEntityTooLarge,
            message: "Request entity too large: the object has \(bytes) bytes as JSON; the limit is \(limit)")
    }

    private static func about(
        _ type: ResourceType, _ name: String, _ code: Int, _ reason: Reason, _ message: String
    ) -> APIStatus {
        APIStatus(
            code: code, reason: reason, message: message, group: type.group, kind: type.plural,
            name: name.isEmpty ? nil : name)
    }
}

extension APIStatus {
    /// A failure of the store that is not about what was asked.
    init(_ error: StoreError) {
        switch error.code {
        case .compacted(let oldest):
            self.init(
                code: 410, reason: .expired,
                message: "The resourceVersion is too old: the oldest one that is kept is \(oldest); list again")
        case .future(let current):
            self.init(
                code: 504, reason: .timeout,
                message: "Too large resource version: \(error.message), current: \(current)",
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")])
            retryAfterSeconds = 1
        case .tooLarge(_, let bytes, let limit): self = .tooLarge(bytes, limit: limit)
        case .unmet:
            self.init(code: 409, reason: .conflict, message: "Operation cannot be fulfilled: \(error.message)")
            causes = [Cause(reason: LeaderTerm.overReason, message: error.message, field: "")]
        case .conflict:
            self.init(code: 409, reason: .conflict, message: "Operation cannot be fulfilled: \(error.message)")
        case .overrun:
            self.init(code: 429, reason: .tooManyRequests, message: error.message)
            retryAfterSeconds = 1
        case .closed:
            self.init(code: 503, reason: .serviceUnavailable, message: "the server is shutting down: \(error.message)")
            retryAfterSeconds = 1
        case .locked, .storage: self.init(code: 500, reason: .internalError, message: error.message)
        }
    }
}
