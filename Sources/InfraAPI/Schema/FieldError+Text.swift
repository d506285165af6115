import JSON

extension FieldError {
    /// The longest value that a message repeats, in bytes of its JSON.
    private static let longestShownValue = 120

    /// A value as it stands in a message: its JSON, cut when it is long.
    static func shown(_ value: JSONValue) -> String {
        let text = value.encodedString()
        guard text.utf8.count > longestShownValue else { return text }
        return "\(text.prefix(longestShownValue / 4))…"
    }

    static func quoted(_ text: String) -> String { shown(.string(text)) }

    /// Kubernetes' `field.Invalid`.
    static func invalid(_ path: FieldPath, _ value: JSONValue, _ rule: String, hint: String? = nil) -> FieldError {
        FieldError(path, .invalid, "Invalid value: \(shown(value)): \(rule)", hint: hint)
    }

    static func forbidden(_ path: FieldPath, _ rule: String) -> FieldError {
        FieldError(path, .forbidden, "Forbidden: \(rule)")
    }

    static func duplicate(_ path: FieldPath, _ value: JSONValue) -> FieldError {
        FieldError(path, .duplicate, "Duplicate value: \(shown(value))")
    }

    /// The value had another type than `expected`.
    static func wrongType(_ value: JSONValue, _ expected: String) -> FieldError {
        FieldError(
            FieldPath(), .typeInvalid,
            "Invalid value: must be of type \(expected), not \(value.typeName)")
    }

    /// The same error seen from the object that holds the field `name`.
    func inside(_ element: FieldPath.Element) -> FieldError {
        var error = self
        error.path.elements.insert(element, at: 0)
        return error
    }
}

extension JSONValue {
    /// The type's name in JSON Schema.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
