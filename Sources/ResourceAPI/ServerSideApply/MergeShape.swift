import InfraAPI
import JSON

/// What server-side apply needs to know of a schema: where values merge field by field, and where as a whole.
final class MergeShape: Sendable {
    /// A property that tells the items of a list apart, with the value that stands for a missing one.
    struct Key: Sendable {
        let name: String
        let defaultValue: JSONValue?
    }

    enum Kind: Sendable {
        /// Replaced as a whole: scalars, atomic lists and maps.
        case leaf
        /// Not tracked and not merged: what only the server writes, or what belongs to another subresource.
        case ignored
        case record([String: MergeShape])
        case map(MergeShape)
        case set
        case keyedList([Key], MergeShape)
    }

    let kind: Kind
    /// Whether the field can itself be owned, apart from what stands below it; not so for `metadata`.
    let isOwnable: Bool

    init(_ kind: Kind, isOwnable: Bool = true) {
        self.kind = kind
        self.isOwnable = isOwnable
    }

    static let leaf = MergeShape(.leaf)
    static let ignored = MergeShape(.ignored)

    var isIgnored: Bool { if case .ignored = kind { true } else { false } }

    /// The shape of a member of a record or a map. Fields that no schema declares are leaves.
    func member(_ name: String) -> MergeShape {
        switch kind {
        case .record(let fields): fields[name] ?? .leaf
        case .map(let values): values
        default: .leaf
        }
    }

    /// The shape of a field of a record; nil for anything else.
    func declaredField(_ name: String) -> MergeShape? {
        if case .record(let fields) = kind { fields[name] } else { nil }
    }

    /// The shape below a path element of a map or a list; nil where there is none.
    func element(_ element: PathElement) -> MergeShape? {
        switch kind {
        case .map(let values) where !element.isKey: values
        case .keyedList(_, let item) where element.isKey: item
        default: nil
        }
    }
}

extension MergeShape {
    /// Fields of an object that managers do not own (Kubernetes' `stripMeta`).
    private static let serverMetadata = [
        "name", "namespace", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "uid",
        "generation", "managedFields", "resourceVersion",
    ]

    convenience init(_ schema: Schema) {
        switch schema.type {
        case .object(let object):
            let fields = object.properties.map { ($0.name, MergeShape($0.schema)) }
            self.init(.record(Dictionary(fields, uniquingKeysWith: { first, _ in first })))
        case .map(let map): self.init(.map(MergeShape(map.values)))
        case .list(let list):
            switch list.kind {
            case .atomic: self.init(.leaf)
            case .set: self.init(.set)
            case .map(let keys):
                let keys = keys.sorted().map {
                    Key(name: $0, defaultValue: list.items.property($0)?.schema.defaultValue)
                }
                self.init(.keyedList(keys, MergeShape(list.items)))
            }
        case .string, .integer, .boolean, .intOrString, .quantity, .any: self.init(.leaf)
        }
    }

    /// The shape of whole objects of a kind as a subresource sees them: `status` alone, or all but it.
    convenience init(_ type: ResourceType, _ subresource: Subresource?) {
        let writesStatus = subresource == .status
        var fields: [String: MergeShape] = [:]
        for property in type.schema.properties {
            switch property.name {
            case "apiVersion", "kind": fields[property.name] = .ignored
            case "metadata": fields["metadata"] = writesStatus ? .ignored : MergeShape.metadata(property.schema)
            case "status":
                fields["status"] = writesStatus || !type.subresources.status ? MergeShape(property.schema) : .ignored
            default: fields[property.name] = writesStatus ? .ignored : MergeShape(property.schema)
            }
        }
        self.init(.record(fields), isOwnable: false)
    }

    private static func metadata(_ schema: Schema) -> MergeShape {
        var fields: [String: MergeShape] = [:]
        for property in schema.properties { fields[property.name] = MergeShape(property.schema) }
        for name in serverMetadata { fields[name] = .ignored }
        return MergeShape(.record(fields), isOwnable: false)
    }
}
