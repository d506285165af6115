public import InfraAPI
public import JSON

// One derivation for everybody who reads our schemas in OpenAPI's words: the server's documents and the CRD manifests.
extension Schema {
    /// The schema as an OpenAPI v3.0 Schema Object with Kubernetes' extensions (`x-kubernetes-int-or-string`,
    /// `-list-type`, `-list-map-keys`, `-preserve-unknown-fields`, `-validations`).
    ///
    /// Lengths of strings are bounded in bytes here and in characters there, so that the document allows a little more
    /// than the server does.
    public func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        var json = type.openAPI(dialect)
        if !description.isEmpty { json["description"] = .string(description) }
        json["default"] = defaultValue
        if isNullable { json["nullable"] = true }
        let validations = validations
        if !validations.isEmpty { json["x-kubernetes-validations"] = .array(validations) }
        return json
    }

    /// What plain OpenAPI cannot say, in Kubernetes' Common Expression Language.
    private var validations: [JSONValue] {
        var list = rules.map(\.celRule)
        if let immutability {
            list.append(["rule": "self == oldSelf", "message": .string("field is immutable: \(immutability)")])
        }
        return list
    }
}

extension SchemaType {
    fileprivate func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        switch self {
        case .object(let object): object.openAPI(dialect)
        case .map(let map): map.openAPI(dialect)
        case .list(let list): list.openAPI(dialect)
        case .string(let string): string.openAPI(dialect)
        case .integer(let range):
            [
                "type": "integer", "format": .string(range.openAPIFormat), "minimum": .int(Int64(range.lowerBound)),
                "maximum": .int(Int64(range.upperBound)),
            ]
        case .boolean: ["type": "boolean"]
        case .intOrString: SchemaType.eitherIntegerOrString
        case .quantity: SchemaType.eitherIntegerOrString
        case .any: ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        }
    }

    private static let eitherIntegerOrString: JSONValue = [
        "anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true,
    ]
}

extension ClosedRange<Int> {
    fileprivate var openAPIFormat: String {
        lowerBound >= Int(Int32.min) && upperBound <= Int(Int32.max) ? "int32" : "int64"
    }
}

extension ObjectSchema {
    fileprivate func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        let members = properties.map { ($0.name, $0.schema.openAPI(dialect)) }
        var json: JSONValue = ["type": "object", "properties": .object(JSONObject(members))]
        if !required.isEmpty { json["required"] = .array(required.map(JSONValue.string)) }
        return json
    }
}

extension MapSchema {
    fileprivate func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        [
            "type": "object", "additionalProperties": values.openAPI(dialect),
            "maxProperties": .int(Int64(maxProperties)),
        ]
    }
}

extension ListSchema {
    fileprivate func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        var json: JSONValue = [
            "type": "array", "items": items.openAPI(dialect), "maxItems": .int(Int64(maxItems)),
        ]
        if minItems > 0 { json["minItems"] = .int(Int64(minItems)) }
        switch kind {
        case .atomic: json["x-kubernetes-list-type"] = "atomic"
        case .set: json["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            json["x-kubernetes-list-type"] = "map"
            json["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
        }
        return json
    }
}

extension StringSchema {
    fileprivate func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        var json: JSONValue = ["type": "string"]
        if let enumeration {
            json["enum"] = .array(enumeration.map(JSONValue.string))
            return json
        }
        json["maxLength"] = .int(Int64(maxLength))
        if minLength > 0 { json["minLength"] = .int(Int64(minLength)) }
        switch format {
        case .dateTime: json["format"] = "date-time"
        case .base64: json["format"] = "byte"
        default:
            if let pattern = format.pattern, dialect.reads(pattern) { json["pattern"] = .string(pattern) }
        }
        return json
    }
}

extension SchemaDialect {
    /// A Kubernetes API server compiles patterns with RE2, which has no lookahead.
    fileprivate func reads(_ pattern: String) -> Bool {
        self == .document || !(pattern.contains("(?=") || pattern.contains("(?!"))
    }
}

extension SchemaRule {
    fileprivate var celRule: JSONValue {
        switch self {
        case .exactlyOneOf(let names):
            let present = names.map { "has(self.\($0))" }.joined(separator: ", ")
            return [
                "rule": .string("[\(present)].exists_one(present, present)"),
                "message": .string("exactly one of \(names.joined(separator: ", ")) must be set"),
            ]
        }
    }
}
