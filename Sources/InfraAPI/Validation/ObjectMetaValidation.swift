import JSON

/// Rules of `metadata` that depend on the kind.
enum ObjectMetaValidation {
    static func check(_ object: JSONValue, of type: ResourceType) -> [FieldError] {
        let metadata = FieldPath([.field("metadata")])
        var errors: [FieldError] = []
        func text(_ name: String) -> String { object["metadata"]?[name]?.stringValue ?? "" }
        if text("name").isEmpty, text("generateName").isEmpty {
            errors.append(
                FieldError(metadata.field("name"), .required, "Required value: name or generateName is required"))
        }
        if !type.namespaced, !text("namespace").isEmpty {
            errors.append(
                .forbidden(metadata.field("namespace"), "not allowed: \(type.kind) is cluster-scoped; leave it out"))
        }
        for (name, expected) in [("apiVersion", type.apiVersion), ("kind", type.kind)] {
            guard let value = object[name], value != .string(expected) else { continue }
            errors.append(.invalid(FieldPath([.field(name)]), value, "must be \"\(expected)\""))
        }
        return errors
    }
}
