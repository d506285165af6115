public import JSON

extension Schema {
    /// The immutable fields that differ between two versions of an object; both defaulted.
    ///
    /// A field that was missing may be set once, unless its parent is immutable too. Items of map lists are compared by
    /// their keys; one that comes or goes is not this check's business.
    public func immutabilityErrors(
        from old: JSONValue, to new: JSONValue, at path: FieldPath = FieldPath()
    ) -> [FieldError] {
        if let immutability {
            return old == new ? [] : [.invalid(path, new, "field is immutable", hint: immutability)]
        }
        switch (type, old, new) {
        case (.object(let type), .object(let old), .object(let new)):
            return type.properties.flatMap { property -> [FieldError] in
                guard let before = old[property.name], !before.isNull else { return [] }
                let after = new[property.name] ?? .null
                return property.schema.immutabilityErrors(from: before, to: after, at: path.field(property.name))
            }
        case (.list(let type), .array(let old), .array(let new)) where !type.mapKeys.isEmpty:
            var before: [[JSONValue?]: JSONValue] = [:]
            for item in old { before[type.mapKeys.map { item[$0] }] = item }
            return new.enumerated().flatMap { index, item -> [FieldError] in
                guard let earlier = before[type.mapKeys.map { item[$0] }] else { return [] }
                return type.items.immutabilityErrors(from: earlier, to: item, at: path.index(index))
            }
        default: return []
        }
    }
}
