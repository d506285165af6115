import JSON

/// One row of a record's table: the name on the wire, the property in Swift, and the codec between them.
///
///     .defaulted("replicas", \.replicas, .int(0...10_000), "Number of slots.")
///
/// A default is the value that the record's `init()` gives, so that it stands in one place only.
public struct Field<Owner>: Sendable {
    public let name: String
    public private(set) var property: SchemaProperty
    let decode: @Sendable (JSONValue, inout Owner) throws(FieldError) -> Void
    /// nil: the field is left out.
    let encode: @Sendable (Owner, EncodingStyle) -> JSONValue?

    private init(
        _ name: String, _ schema: Schema, isRequired: Bool, _ description: String,
        decode: @escaping @Sendable (JSONValue, inout Owner) throws(FieldError) -> Void,
        encode: @escaping @Sendable (Owner, EncodingStyle) -> JSONValue?
    ) {
        self.name = name
        property = SchemaProperty(name, schema, isRequired: isRequired)
        property.schema.description = description
        self.decode = decode
        self.encode = encode
    }

    /// The same field, which may not change once it is set.
    /// - Parameter advice: what to do instead.
    func immutable(_ advice: String) -> Field {
        var field = self
        field.property.schema.immutability = advice
        return field
    }
}

extension Field where Owner: SchemaRecord {
    /// Must be there.
    static func required<Value>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ codec: Codec<Value>,
        _ description: String
    ) -> Field {
        Field(
            name, codec.schema, isRequired: true, description,
            decode: { (json, owner) throws(FieldError) in owner[keyPath: path] = try codec.decode(json) },
            encode: { owner, style in codec.encode(owner[keyPath: path], style).unlessEmpty })
    }

    /// Has a default: what `init()` gives. Stored objects always have it.
    static func defaulted<Value>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ codec: Codec<Value>,
        _ description: String
    ) -> Field {
        var schema = codec.schema
        schema.defaultValue = codec.encode(Owner()[keyPath: path], .stored)
        let initial = codec.encode(Owner()[keyPath: path], .hashed)
        return Field(
            name, schema, isRequired: false, description,
            decode: { (json, owner) throws(FieldError) in owner[keyPath: path] = try codec.decode(json) },
            encode: { owner, style in
                let value = codec.encode(owner[keyPath: path], style)
                if style == .hashed, value == initial { return JSONValue?.none }
                return value
            })
    }

    /// May be missing, which is a value of its own (nil).
    static func optional<Value>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value?> & Sendable, _ codec: Codec<Value>,
        _ description: String
    ) -> Field {
        Field(
            name, codec.schema, isRequired: false, description,
            decode: { (json, owner) throws(FieldError) in owner[keyPath: path] = try codec.decode(json) },
            encode: { owner, style in owner[keyPath: path].map { codec.encode($0, style) } })
    }

    /// May be missing, which means the value of `init()`; left out while it is an empty string, list, map or record.
    static func plain<Value>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ codec: Codec<Value>,
        _ description: String
    ) -> Field {
        let initial = codec.encode(Owner()[keyPath: path], .hashed)
        return Field(
            name, codec.schema, isRequired: false, description,
            decode: { (json, owner) throws(FieldError) in owner[keyPath: path] = try codec.decode(json) },
            encode: { owner, style in
                let value = codec.encode(owner[keyPath: path], style)
                if style == .hashed, value == initial { return JSONValue?.none }
                return value.unlessEmpty
            })
    }

    /// As `plain`, and left out while it has the value of `init()`.
    static func sparse<Value: Equatable>(
        _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ codec: Codec<Value>,
        _ description: String
    ) -> Field {
        let initial = Owner()[keyPath: path]
        return Field(
            name, codec.schema, isRequired: false, description,
            decode: { (json, owner) throws(FieldError) in owner[keyPath: path] = try codec.decode(json) },
            encode: { owner, style in
                let value = owner[keyPath: path]
                // A bare nil in a conditional expression would be the JSON null.
                if value == initial { return JSONValue?.none }
                return codec.encode(value, style)
            })
    }

    /// A nested object on the wire whose fields are properties of the same Swift value; left out while empty.
    static func group(_ name: String, _ fields: [Field], _ description: String) -> Field {
        Field(
            name, Schema(.object(ObjectSchema(fields.map(\.property)))), isRequired: false, description,
            decode: { (json, owner) throws(FieldError) in
                guard case .object(let members) = json else { throw .wrongType(json, "object") }
                for field in fields {
                    guard let member = members[field.name], !member.isNull else { continue }
                    do throws(FieldError) {
                        try field.decode(member, &owner)
                    } catch {
                        throw error.inside(.field(field.name))
                    }
                }
            },
            encode: { owner, style in
                JSONValue.object(
                    JSONObject(fields.compactMap { field in field.encode(owner, style).map { (field.name, $0) } })
                ).unlessEmpty
            })
    }

    /// A field that clients may send and that we store, but never read.
    static func unread<Value>(_ name: String, _ codec: Codec<Value>, _ description: String) -> Field {
        Field(
            name, codec.schema, isRequired: false, description, decode: { (_, _) throws(FieldError) in },
            encode: { _, _ in nil })
    }
}

extension JSONValue {
    /// nil for an empty string, array or object.
    fileprivate var unlessEmpty: JSONValue? {
        switch self {
        case .string(let text) where text.isEmpty: nil
        case .array(let items) where items.isEmpty: nil
        case .object(let members) where members.isEmpty: nil
        default: self
        }
    }
}
