public import JSON

/// What a value must look like: structural, in the sense of OpenAPI v3 as Kubernetes uses it, and plain data, so that
/// validation, defaulting, server-side apply, OpenAPI documents, `explain` and diagnostics all read the same thing.
///
/// Everything in it is bounded: every list, map and string has a maximum.
public struct Schema: Sendable, Hashable {
    public var type: SchemaType
    public var description: String
    /// Put in where the property is missing from an object that is there; already complete in itself.
    public var defaultValue: JSONValue?
    /// Whether `null` is a value of its own. Elsewhere a property that is `null` counts as missing.
    public var isNullable = false
    /// What to do instead of changing the value once it is set; nil: it may be changed.
    public var immutability: String?
    /// Checks across the fields of an object.
    public var rules: [SchemaRule] = []

    public init(_ type: SchemaType, description: String = "", rules: [SchemaRule] = []) {
        self.type = type
        self.description = description
        self.rules = rules
    }

    public var isImmutable: Bool { immutability != nil }
}

/// The shape of a value.
public indirect enum SchemaType: Sendable, Hashable {
    /// A record: declared properties, anything else is unknown.
    case object(ObjectSchema)
    /// Keys that the user chooses; OpenAPI's `additionalProperties`.
    case map(MapSchema)
    case list(ListSchema)
    case string(StringSchema)
    case integer(ClosedRange<Int>)
    case boolean
    case intOrString(IntOrStringSchema)
    /// A Kubernetes quantity, by value.
    case quantity(QuantitySchema)
    /// Anything, kept as it came: `x-kubernetes-preserve-unknown-fields`.
    case any
}

/// A property of a record.
public struct SchemaProperty: Sendable, Hashable {
    public var name: String
    public var schema: Schema
    public var isRequired: Bool

    public init(_ name: String, _ schema: Schema, isRequired: Bool = false) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
    }
}

/// The properties of a record, in the order in which people should read them.
public struct ObjectSchema: Sendable, Hashable {
    public let properties: [SchemaProperty]
    private let positions: [String: Int]

    public init(_ properties: [SchemaProperty]) {
        self.properties = properties
        positions = Dictionary(properties.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(name: String) -> SchemaProperty? { positions[name].map { properties[$0] } }
    public var required: [String] { properties.filter(\.isRequired).map(\.name) }
}

public struct MapSchema: Sendable, Hashable {
    public var values: Schema
    public var keyFormat: StringFormat
    public var maxProperties: Int

    public init(values: Schema, keyFormat: StringFormat, maxProperties: Int) {
        self.values = values
        self.keyFormat = keyFormat
        self.maxProperties = maxProperties
    }
}

public struct ListSchema: Sendable, Hashable {
    /// How lists are merged, and which items may not stand twice: `x-kubernetes-list-type`.
    public enum Kind: Sendable, Hashable {
        case atomic
        case set
        /// Items are records, told apart by these properties.
        case map(keys: [String])
    }

    public var items: Schema
    public var kind: Kind
    public var minItems: Int
    public var maxItems: Int

    public init(items: Schema, kind: Kind, minItems: Int = 0, maxItems: Int) {
        self.items = items
        self.kind = kind
        self.minItems = minItems
        self.maxItems = maxItems
    }

    /// The properties that tell the items of a map apart; empty for other lists.
    public var mapKeys: [String] { if case .map(let keys) = kind { keys } else { [] } }
}

public struct StringSchema: Sendable, Hashable {
    public var format: StringFormat
    /// In bytes of UTF-8.
    public var minLength: Int
    public var maxLength: Int
    /// The allowed values; nil: any of the format.
    public var enumeration: [String]?
    /// Whether the value is a secret, which no message may show.
    public var isSensitive = false

    public init(format: StringFormat = .text, minLength: Int = 0, maxLength: Int, enumeration: [String]? = nil) {
        self.format = format
        self.minLength = minLength
        self.maxLength = maxLength
        self.enumeration = enumeration
    }
}

public struct IntOrStringSchema: Sendable, Hashable {
    public var integers: ClosedRange<Int>
    public var strings: StringFormat

    public init(integers: ClosedRange<Int>, strings: StringFormat) {
        self.integers = integers
        self.strings = strings
    }
}

public struct QuantitySchema: Sendable, Hashable {
    public var range: ClosedRange<Quantity>

    public init(_ range: ClosedRange<Quantity>) { self.range = range }
}
