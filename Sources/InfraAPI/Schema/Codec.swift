import JSON

/// How a Swift value stands in JSON: schema, decoding and encoding in one, so that they cannot disagree.
public struct Codec<Value: Sendable>: Sendable {
    let schema: Schema
    /// Throws with the path relative to the value.
    let decode: @Sendable (JSONValue) throws(FieldError) -> Value
    let encode: @Sendable (Value, EncodingStyle) -> JSONValue
}

/// What an encoding is for.
enum EncodingStyle: Sendable {
    /// An object as it is stored and served: unset optional fields and empty collections are left out.
    case stored
    /// The canonical form behind the revision hash: fields that equal their default are left out as well, and lists
    /// that are maps or sets are sorted.
    case hashed
}

extension Codec {
    init(
        _ type: SchemaType, rules: [SchemaRule] = [],
        decode: @escaping @Sendable (JSONValue) throws(FieldError) -> Value,
        encode: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.schema = Schema(type, rules: rules)
        self.decode = decode
        self.encode = { value, _ in encode(value) }
    }
}
