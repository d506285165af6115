public import JSON

/// What happens to fields that the schema does not know (Kubernetes' `fieldValidation`).
public enum UnknownFieldMode: Sendable, Hashable {
    /// They are errors (`FieldError.Reason.unknownField`).
    case strict
    /// They are reported as in `strict`; the caller sends what has that reason as warnings and goes on.
    case warn
    case ignore
}

extension Schema {
    /// Everything that is wrong with `value`: all errors, in the order of the declared properties, unknown ones last.
    ///
    /// A property that is null counts as missing, unless it is nullable. Defaults are not put in first: validate what
    /// `defaulted` returned where a required field may have one.
    public func validate(
        _ value: JSONValue, at path: FieldPath = FieldPath(), mode: UnknownFieldMode = .strict
    ) -> [FieldError] {
        var validator = SchemaValidator(mode: mode, path: path.elements)
        validator.check(value, self)
        return validator.errors
    }
}

/// One walk over a value. The path is a stack, so that a valid object costs no path at all.
private struct SchemaValidator {
    let mode: UnknownFieldMode
    var path: [FieldPath.Element]
    var errors: [FieldError] = []

    init(mode: UnknownFieldMode, path: [FieldPath.Element]) {
        self.mode = mode
        self.path = path
    }

    mutating func check(_ value: JSONValue, _ schema: Schema) {
        if value.isNull, schema.isNullable { return }
        switch schema.type {
        case .object(let type): checkObject(value, type, schema.rules)
        case .map(let type): checkMap(value, type)
        case .list(let type): checkList(value, type)
        case .string(let type): checkString(value, type)
        case .integer(let range): checkInteger(value, range)
        case .boolean: if value.boolValue == nil { wrongType(value, "boolean") }
        case .intOrString(let type): checkIntOrString(value, type)
        case .quantity(let type): checkQuantity(value, type)
        case .any: break
        }
    }

    private mutating func checkObject(_ value: JSONValue, _ type: ObjectSchema, _ rules: [SchemaRule]) {
        guard case .object(let members) = value else { return wrongType(value, "object") }
        var known = 0
        for property in type.properties {
            let member = members[property.name]
            if case .some = member { known += 1 }
            path.append(.field(property.name))
            if let member, !member.isNull || property.schema.isNullable {
                check(member, property.schema)
            } else if property.isRequired {
                add(.required, "Required value")
            }
            path.removeLast()
        }
        for rule in rules {
            if let error = rule.error(for: members, at: FieldPath(path)) { errors.append(error) }
        }
        if mode != .ignore, known < members.count { reportUnknown(members, type) }
    }

    private mutating func reportUnknown(_ members: JSONObject, _ type: ObjectSchema) {
        let names = type.properties.map(\.name)
        for member in members where type[member.key] == nil {
            let place = FieldPath(path).field(member.key)
            errors.append(
                FieldError(
                    place, .unknownField, "unknown field \"\(place)\"",
                    hint: Spelling.closest(to: member.key, among: names).map { "did you mean \"\($0)\"?" }))
        }
    }

    private mutating func checkMap(_ value: JSONValue, _ type: MapSchema) {
        guard case .object(let members) = value else { return wrongType(value, "object") }
        if members.count > type.maxProperties { tooMany(members.count, type.maxProperties) }
        for member in members {
            if !type.keyFormat.matches(member.key) {
                add(.invalid, "Invalid value: \(FieldError.quoted(member.key)): \(type.keyFormat.rule)")
            }
            path.append(.field(member.key))
            check(member.value, type.values)
            path.removeLast()
        }
    }

    private mutating func checkList(_ value: JSONValue, _ type: ListSchema) {
        guard case .array(let items) = value else { return wrongType(value, "array") }
        if items.count > type.maxItems { tooMany(items.count, type.maxItems) }
        if items.count < type.minItems {
            add(.required, "Required value: must have at least \(type.minItems) item\(type.minItems == 1 ? "" : "s")")
        }
        var seen: Set<JSONValue> = []
        for (index, item) in items.enumerated() {
            path.append(.index(index))
            check(item, type.items)
            if let identity = identity(of: item, type.kind), !seen.insert(identity).inserted {
                add(.duplicate, "Duplicate value: \(FieldError.shown(identity))")
            }
            path.removeLast()
        }
    }

    /// What tells an item apart from others; nil when the list allows equal items, or a key is missing (its own error).
    private func identity(of item: JSONValue, _ kind: ListSchema.Kind) -> JSONValue? {
        switch kind {
        case .atomic: return nil
        case .set: return item
        case .map(let keys):
            var identity = JSONObject()
            for key in keys {
                guard let value = item[key] else { return nil }
                identity[key] = value
            }
            return .object(identity)
        }
    }

    private mutating func checkString(_ value: JSONValue, _ type: StringSchema) {
        guard case .string(let text) = value else { return wrongType(value, "string", isSensitive: type.isSensitive) }
        if let allowed = type.enumeration {
            if !allowed.contains(where: text.isByteEqual) { unsupported(text, allowed) }
            return
        }
        let length = text.utf8.count
        if length > type.maxLength { add(.tooLong, "Too long: may not be more than \(type.maxLength) bytes") }
        if length < type.minLength { return add(.required, "Required value") }
        if type.format != .text, length <= type.maxLength, !type.format.matches(text) {
            let shown = type.isSensitive ? "(not shown)" : FieldError.quoted(text)
            add(.invalid, "Invalid value: \(shown): \(type.format.rule)")
        }
    }

    private mutating func unsupported(_ text: String, _ allowed: [String]) {
        let names = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
        let hint = Spelling.closest(to: text, among: allowed).map { "did you mean \"\($0)\"?" }
        errors.append(
            FieldError(
                FieldPath(path), .notSupported,
                "Unsupported value: \(FieldError.quoted(text)): supported values: \(names)",
                hint: hint))
    }

    private mutating func checkInteger(_ value: JSONValue, _ range: ClosedRange<Int>) {
        guard let number = value.intValue else { return wrongType(value, "integer") }
        checkBounds(Int(number), range)
    }

    private mutating func checkBounds(_ number: Int, _ range: ClosedRange<Int>) {
        if number < range.lowerBound {
            add(.invalid, "Invalid value: \(number): must be greater than or equal to \(range.lowerBound)")
        } else if number > range.upperBound {
            add(.invalid, "Invalid value: \(number): must be less than or equal to \(range.upperBound)")
        }
    }

    private mutating func checkIntOrString(_ value: JSONValue, _ type: IntOrStringSchema) {
        if let number = value.intValue {
            checkBounds(Int(number), type.integers)
        } else if let text = value.stringValue {
            if !type.strings.matches(text) {
                add(.invalid, "Invalid value: \(FieldError.quoted(text)): must be an integer, or \(type.strings.rule)")
            }
        } else {
            wrongType(value, "integer or string")
        }
    }

    private mutating func checkQuantity(_ value: JSONValue, _ type: QuantitySchema) {
        switch value {
        case .string, .int, .double: break
        default: return wrongType(value, "quantity")
        }
        guard let quantity = Quantity(json: value) else {
            return add(
                .invalid,
                "Invalid value: \(FieldError.shown(value)): must be a quantity such as \"500m\", \"1.5\" or \"2Gi\"")
        }
        if quantity < type.range.lowerBound {
            add(
                .invalid,
                "Invalid value: \(FieldError.shown(value)): must be greater than or equal to \(type.range.lowerBound)")
        } else if quantity > type.range.upperBound {
            add(
                .invalid,
                "Invalid value: \(FieldError.shown(value)): must be less than or equal to \(type.range.upperBound)")
        }
    }

    private mutating func add(_ reason: FieldError.Reason, _ message: String) {
        errors.append(FieldError(FieldPath(path), reason, message))
    }

    private mutating func wrongType(_ value: JSONValue, _ expected: String, isSensitive: Bool = false) {
        let shown = isSensitive ? "(not shown)" : FieldError.shown(value)
        add(.typeInvalid, "Invalid value: \(shown): must be of type \(expected), not \(value.typeName)")
    }

    private mutating func tooMany(_ count: Int, _ maximum: Int) {
        add(.tooMany, "Too many: \(count): must have at most \(maximum) items")
    }
}
