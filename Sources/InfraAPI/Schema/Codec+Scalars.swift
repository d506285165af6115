import Ambient
public import JSON

// The scalars of our kinds. Decoding checks only what the Swift type cannot hold; ranges and formats are validation's.

extension Codec where Value == Bool {
    static var bool: Codec {
        Codec(.boolean) { (json) throws(FieldError) in
            guard let value = json.boolValue else { throw .wrongType(json, "boolean") }
            return value
        } encode: {
            .bool($0)
        }
    }
}

extension Codec where Value == Int {
    static func int(_ range: ClosedRange<Int>) -> Codec {
        Codec(.integer(range)) { (json) throws(FieldError) in
            guard let value = json.intValue else { throw .wrongType(json, "integer") }
            return Int(value)
        } encode: {
            .int(Int64($0))
        }
    }

    /// Zero and above, with room for any counter: 2^53 - 1, which every JSON implementation reads exactly.
    static var counter: Codec { .int(0...9_007_199_254_740_991) }

    /// Permission bits, as a number or an octal string; written as the string.
    static var fileMode: Codec {
        Codec(.intOrString(IntOrStringSchema(integers: FileMode.range, strings: .octalMode))) {
            (json) throws(FieldError) in
            if let number = json.intValue { return Int(number) }
            guard let text = json.stringValue else { throw .wrongType(json, "integer or string") }
            guard let mode = FileMode.parse(text) else {
                throw .invalid(FieldPath(), json, StringFormat.octalMode.rule)
            }
            return mode
        } encode: {
            .string(FileMode.text($0))
        }
    }
}

extension Codec where Value == String {
    /// - Parameter maximum: in bytes of UTF-8.
    static func string(_ format: StringFormat = .text, minimum: Int = 0, maximum: Int) -> Codec {
        string(StringSchema(format: format, minLength: minimum, maxLength: maximum))
    }

    /// One of a few words; for values that stay strings in Swift.
    static func string(oneOf words: [String]) -> Codec {
        string(StringSchema(maxLength: words.map(\.utf8.count).max() ?? 0, enumeration: words))
    }

    /// A string whose value no message may show.
    static func sensitive(_ format: StringFormat = .text, maximum: Int) -> Codec {
        var schema = StringSchema(format: format, maxLength: maximum)
        schema.isSensitive = true
        return string(schema)
    }

    private static func string(_ schema: StringSchema) -> Codec {
        Codec(.string(schema)) { (json) throws(FieldError) in
            guard let value = json.stringValue else { throw .wrongType(json, "string") }
            return value
        } encode: {
            .string($0)
        }
    }

    /// A name of an object in references.
    static var objectName: Codec { string(.dns1123Subdomain, minimum: 1, maximum: 253) }
    /// uids, ids of engines and the like.
    static var identifier: Codec { string(maximum: 512) }
    /// A reason code in CamelCase.
    static var reasonCode: Codec { string(maximum: 1024) }
    /// A sentence for people.
    static var message: Codec { string(maximum: 32768) }
}

extension Codec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var enumeration: Codec {
        let words = Value.allCases.map(\.rawValue)
        let schema = StringSchema(maxLength: words.map(\.utf8.count).max() ?? 0, enumeration: words)
        return Codec(.string(schema)) { (json) throws(FieldError) in
            guard let text = json.stringValue else { throw .wrongType(json, "string") }
            guard let value = Value(rawValue: text) else {
                let names = words.map { "\"\($0)\"" }.joined(separator: ", ")
                throw FieldError(
                    FieldPath(), .notSupported,
                    "Unsupported value: \(FieldError.quoted(text)): supported values: \(names)")
            }
            return value
        } encode: {
            .string($0.rawValue)
        }
    }
}

extension Codec where Value == IntOrString {
    static func intOrString(_ integers: ClosedRange<Int>, or strings: StringFormat) -> Codec {
        Codec(.intOrString(IntOrStringSchema(integers: integers, strings: strings))) { (json) throws(FieldError) in
            if let number = json.intValue { return .int(Int(number)) }
            guard let text = json.stringValue else { throw .wrongType(json, "integer or string") }
            return .string(text)
        } encode: {
            switch $0 {
            case .int(let number): .int(Int64(number))
            case .string(let text): .string(text)
            }
        }
    }
}

extension Quantity {
    /// Reads a string, or a number as it would be written; nil when it is no quantity.
    public init?(json: JSONValue) {
        switch json {
        case .string(let text): self.init(text)
        case .int(let number): self.init("\(number)")
        case .double(let number): self.init("\(number)")
        default: return nil
        }
    }
}

extension Codec where Value == Quantity {
    static func quantity(_ range: ClosedRange<Quantity>) -> Codec {
        Codec(.quantity(QuantitySchema(range))) { (json) throws(FieldError) in
            guard let quantity = Quantity(json: json) else {
                throw .invalid(FieldPath(), json, "must be a quantity such as \"500m\", \"1.5\" or \"2Gi\"")
            }
            return quantity
        } encode: {
            .string($0.description)
        }
    }
}

extension Codec where Value == Timestamp {
    /// `metav1.Time`: whole seconds; a fraction is cut off when written.
    static var time: Codec { timestamp { $0.rfc3339Seconds } }
    /// `metav1.MicroTime`
    static var microTime: Codec { timestamp { $0.rfc3339Micro } }

    private static func timestamp(_ text: @escaping @Sendable (Timestamp) -> String) -> Codec {
        Codec(.string(StringSchema(format: .dateTime, maxLength: 40))) { (json) throws(FieldError) in
            guard let text = json.stringValue else { throw .wrongType(json, "string") }
            guard let time = Timestamp(rfc3339: text) else {
                throw .invalid(FieldPath(), json, StringFormat.dateTime.rule)
            }
            return time
        } encode: {
            .string(text($0))
        }
    }
}

extension Codec where Value == JSONValue {
    /// Anything, kept as it came.
    static var raw: Codec {
        Codec(.any) { (json) throws(FieldError) in
            json
        } encode: {
            $0
        }
    }
}
