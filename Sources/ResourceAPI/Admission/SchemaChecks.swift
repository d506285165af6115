import InfraAPI
import JSON

/// A Secret's `stringData` goes into `data`.
struct SecretStringData: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.type == Secret.resourceType else { return }
        request.object = Secret.mergingStringData(request.object)
    }
}

/// The schema's defaults.
struct SchemaDefaults: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.writesStatus else {
            request.object = request.type.defaulted(request.object)
            return
        }
        guard let status = request.object["status"], let schema = request.type.schema.property("status")?.schema else {
            return
        }
        request.object["status"] = schema.defaulted(status)
    }
}

/// Structure, bounds, unknown fields and what the fields say together; what may not change.
struct SchemaRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        if request.operation == .delete { return }
        let errors = request.writesStatus ? statusErrors(request) : errors(request)
        if errors.isEmpty { return }
        try UnknownFields.refuse(errors, request.type)
        throw .invalid(request.type, request.name, errors)
    }

    private func errors(_ request: AdmissionRequest) -> [FieldError] {
        guard let old = request.old else { return request.type.validate(request.object) }
        // An object that is going away must be able to lose its finalizers, whatever the rules are by now.
        if old.isBeingDeleted, !request.changesContent { return [] }
        let errors = request.type.validate(request.object)
        return errors.isEmpty ? request.type.validateUpdate(from: old, to: request.object) : errors
    }

    private func statusErrors(_ request: AdmissionRequest) -> [FieldError] {
        guard let status = request.object["status"], let schema = request.type.schema.property("status")?.schema else {
            return []
        }
        return schema.validate(status, at: FieldPath([.field("status")]))
    }
}

/// Names that have to leave room for what is added to them.
struct ObjectNames: AdmissionCheck {
    /// `<set>-<slot>-<5 characters>` and `<claim>-<set>-<slot>` have to fit.
    static let maximumSetName = 40

    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation == .create, request.type == InstanceSet.resourceType else { return }
        let length = request.name.utf8.count
        guard length > ObjectNames.maximumSetName else { return }
        let error = FieldError(
            FieldPath([.field("metadata"), .field("name")]), .tooLong,
            "Too long: may not be more than \(ObjectNames.maximumSetName) bytes",
            hint: "instances and volumes are named after the set: shorten it by \(length - ObjectNames.maximumSetName)")
        throw .invalid(request.type, request.name, [error])
    }
}
