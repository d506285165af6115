import JSON

extension JSONValue {
    /// This value without the fields and items whose paths are members of `set`; nil when nothing is left of it.
    func removing(_ set: FieldSet, _ shape: MergeShape) throws(FieldSetError) -> JSONValue? {
        if set.isEmpty { return self }
        switch (shape.kind, self) {
        case (.record, .object(let members)), (.map, .object(let members)):
            var result: [(String, JSONValue)] = []
            for member in members {
                guard let node = set[.field(member.key)] else {
                    result.append((member.key, member.value))
                    continue
                }
                if node.isMember { continue }
                let below = shape.member(member.key)
                if let rest = try member.value.removing(node.children, below) { result.append((member.key, rest)) }
            }
            if result.isEmpty { return nil }
            return .object(JSONObject(result))
        case (.set, .array(let items)), (.keyedList, .array(let items)):
            let item: MergeShape = if case .keyedList(_, let item) = shape.kind { item } else { .leaf }
            let list = try ListElements(items, shape)
            var result: [JSONValue] = []
            for (element, value) in zip(list.elements, items) {
                guard let node = set[element] else {
                    result.append(value)
                    continue
                }
                if node.isMember { continue }
                if let rest = try value.removing(node.children, item) { result.append(rest) }
            }
            if result.isEmpty { return nil }
            return .array(result)
        default: return self
        }
    }
}
