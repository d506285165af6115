public import InfraAPI
public import JSON

/// Fields that the schema does not know, in Kubernetes' words (`fieldValidation`).
public enum UnknownFields {
    /// A sentence for each unknown field: what a server sends as warnings in mode Warn.
    public static func warnings(_ object: JSONValue, _ type: ResourceType) -> [String] {
        errors(object, type).map(sentence)
    }

    /// `object` as it may go on: as it is, or without what is unknown. Throws status 400 in mode Strict.
    static func checked(
        _ object: JSONValue, _ type: ResourceType, _ mode: FieldValidation
    ) throws(APIStatus) -> JSONValue {
        let errors = errors(object, type)
        if errors.isEmpty { return object }
        guard mode == .strict else { return type.schema.pruned(object) }
        let sentences = errors.map(sentence).joined(separator: ", ")
        var status = APIStatus.badRequest(
            "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
                + "strict decoding error: \(sentences)")
        status.causes = errors.map {
            APIStatus.Cause(reason: $0.reason.rawValue, message: sentence($0), field: $0.path.description)
        }
        throw status
    }

    private static func errors(_ object: JSONValue, _ type: ResourceType) -> [FieldError] {
        type.schema.validate(object, mode: .strict).filter { $0.reason == .unknownField }
    }

    private static func sentence(_ error: FieldError) -> String {
        error.message + (error.hint.map { " (\($0))" } ?? "")
    }
}
