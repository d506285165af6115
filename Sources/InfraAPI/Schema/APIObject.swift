public import JSON

/// A value that stands in a resource: it knows its schema, and is made from and turned into JSON by the same table of
/// fields that the schema is derived from (`Field`), so that the two cannot disagree.
public protocol SchemaRecord: Sendable, Hashable {
    init()
    static var fields: [Field<Self>] { get }
}

/// A kind as a value: `apiVersion` and `kind` are the type itself.
public protocol APIObject: Sendable, Hashable {
    static var resourceType: ResourceType { get }

    var metadata: ObjectMeta { get set }

    /// Decodes an object that admission has validated and defaulted; lenient in that unknown fields are passed over,
    /// so that an older controller reads what a newer one wrote.
    init(json: JSONValue) throws(FieldError)

    /// The whole object with `apiVersion` and `kind`. Unset optional fields are left out.
    var json: JSONValue { get }
}

extension APIObject {
    public var name: String { metadata.name }
    public var namespace: String { metadata.namespace }
    public var uid: String { metadata.uid }
    public var isBeingDeleted: Bool { metadata.deletionTimestamp != nil }
}
