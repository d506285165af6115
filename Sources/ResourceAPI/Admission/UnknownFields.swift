public import InfraAPI
public import JSON

/// Fields that the schema does not know, in Kubernetes' words (`fieldValidation`).
public enum UnknownFields {
    /// A sentence for each unknown field: what a server sends as warnings in mode Warn.
    public static func warnings(_ object: JSONValue, _ type: ResourceType) -> [String] {
        type.schema.validate(object, mode: .strict).filter { $0.reason == .unknownField }.map(sentence)
    }

    /// Throws status 400 when unknown fields are among the errors.
    static func refuse(_ errors: [FieldError], _ type: ResourceType) throws(APIStatus) {
        let unknown = errors.filter { $0.reason == .unknownField }
        if unknown.isEmpty { return }
        var status = APIStatus.badRequest(
            "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
                + "strict decoding error: \(unknown.map(sentence).joined(separator: ", "))")
        status.causes = unknown.map {
            APIStatus.Cause(reason: $0.reason.rawValue, message: sentence($0), field: $0.path.description)
        }
        throw status
    }

    private static func sentence(_ error: FieldError) -> String {
        error.message + (error.hint.map { " (\($0))" } ?? "")
    }
}

/// In modes Warn and Ignore unknown fields are left out. In mode Strict `SchemaRules` refuses them.
struct UnknownFieldPruning: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.fieldValidation != .strict else { return }
        if request.fieldValidation == .warn, let report = request.report {
            report.warn(UnknownFields.warnings(request.object, request.type))
        }
        request.object = request.type.schema.pruned(request.object)
    }
}
