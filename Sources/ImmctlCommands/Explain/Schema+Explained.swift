import InfraAPI
import JSON

// A schema in the words of kubectl explain.
extension Schema {
    /// What lists and maps hold in the end; the schema itself otherwise.
    var held: Schema {
        switch type {
        case .list(let list): list.items.held
        case .map(let map): map.values.held
        case .object, .string, .integer, .boolean, .intOrString, .quantity, .any: self
        }
    }

    /// `[]Object`, `map[string]string`, `integer`, …
    var typeName: String {
        switch type {
        case .object: "Object"
        case .map(let map): "map[string]\(map.values.typeName)"
        case .list(let list): "[]\(list.items.typeName)"
        case .string: "string"
        case .integer: "integer"
        case .boolean: "boolean"
        case .intOrString: "IntOrString"
        case .quantity: "Quantity"
        case .any: "Object"
        }
    }

    /// The only values that are allowed; empty where it is not such a list.
    var allowedValues: [String] { if case .string(let string) = type { string.enumeration ?? [] } else { [] } }

    /// What the value is held to beside its type, a phrase each.
    var limits: [String] {
        var limits: [String] = []
        switch type {
        case .object(let object) where rules.isEmpty && object.properties.isEmpty: break
        case .object: limits += rules.map(\.phrase)
        case .map(let map):
            limits.append("at most \(map.maxProperties) entries")
            limits.append("each key \(map.keyFormat.rule)")
        case .list(let list):
            limits.append((list.minItems > 0 ? "\(list.minItems) to" : "at most") + " \(list.maxItems) items")
            if !list.mapKeys.isEmpty {
                limits.append("items are told apart by \(list.mapKeys.joined(separator: ", "))")
            }
            if list.kind == .set { limits.append("no item twice") }
        case .string(let string):
            if string.enumeration == nil {
                if string.format != .text { limits.append(string.format.rule) }
                limits.append(
                    (string.minLength > 0 ? "\(string.minLength) to" : "at most") + " \(string.maxLength) bytes")
            }
        case .integer(let range): limits.append("\(range.lowerBound) to \(range.upperBound)")
        case .intOrString(let either):
            limits.append(
                "a number from \(either.integers.lowerBound) to \(either.integers.upperBound), or text that "
                    + either.strings.rule)
        case .quantity(let quantity): limits.append("\(quantity.range.lowerBound) to \(quantity.range.upperBound)")
        case .boolean, .any: break
        }
        if let immutability { limits.append("cannot change once set: \(immutability)") }
        return limits
    }
}

extension SchemaRule {
    fileprivate var phrase: String {
        switch self {
        case .exactlyOneOf(let names): "exactly one of \(names.joined(separator: ", "))"
        }
    }
}
