import JSON

// Reading a schema without a switch at each use.
extension Schema {
    /// The properties of a record; empty for everything else.
    public var properties: [SchemaProperty] {
        if case .object(let object) = type { object.properties } else { [] }
    }

    public func property(_ name: String) -> SchemaProperty? {
        if case .object(let object) = type { object[name] } else { nil }
    }

    /// Schema of a list's items.
    public var items: Schema? { if case .list(let list) = type { list.items } else { nil } }
    public var listKind: ListSchema.Kind? { if case .list(let list) = type { list.kind } else { nil } }
    public var listMapKeys: [String] { if case .list(let list) = type { list.mapKeys } else { [] } }

    /// Schema of a map's values.
    public var additionalProperties: Schema? { if case .map(let map) = type { map.values } else { nil } }
    public var preservesUnknownFields: Bool { type == .any }

    /// The schema below one step of a path; nil where the path leaves what is declared.
    public func child(_ element: FieldPath.Element) -> Schema? {
        switch (element, type) {
        case (.field(let name), .object(let object)): object[name]?.schema
        case (.field, .map(let map)): map.values
        case (.index, .list(let list)): list.items
        default: nil
        }
    }

    /// The schema at the end of a path.
    public func descendant(_ path: FieldPath) -> Schema? {
        var schema: Schema? = self
        for element in path.elements { schema = schema?.child(element) }
        return schema
    }
}

/// A check across the fields of one object, named so that it can be written in other languages (CEL) too.
public enum SchemaRule: Sendable, Hashable {
    case exactlyOneOf([String])

    func error(for object: JSONObject, at path: @autoclosure () -> FieldPath) -> FieldError? {
        switch self {
        case .exactlyOneOf(let names):
            let present = names.filter { object[$0].map { !$0.isNull } ?? false }
            let all = names.map { "\"\($0)\"" }.joined(separator: ", ")
            if present.isEmpty {
                return FieldError(path(), .required, "Required value: exactly one of \(all) must be set")
            }
            guard present.count > 1 else { return nil }
            let both = present.map { "\"\($0)\"" }.joined(separator: " and ")
            return FieldError(path(), .forbidden, "Forbidden: only one of \(all) may be set, not \(both)")
        }
    }
}
