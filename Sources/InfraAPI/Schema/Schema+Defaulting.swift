public import JSON

extension Schema {
    /// `value` with its defaults, as Kubernetes' structural defaulting puts them in: into objects that are there, at
    /// any depth. A nested object is made only where the schema has a default for it. Nulls of properties that are not
    /// nullable are removed first. Values of a wrong type are left as they are, for validation to name.
    public func defaulted(_ value: JSONValue) -> JSONValue {
        var value = value
        applyDefaults(to: &value)
        return value
    }

    private func applyDefaults(to value: inout JSONValue) {
        switch (type, value) {
        case (.object(let type), .object(var members)):
            value = .null
            type.applyDefaults(to: &members)
            value = .object(members)
        case (.map(let type), .object(let members)) where type.values.holdsProperties:
            value = .object(JSONObject(members.map { ($0.key, type.values.defaulted($0.value)) }))
        case (.list(let type), .array(var items)) where type.items.holdsProperties:
            value = .null
            for index in items.indices { type.items.applyDefaults(to: &items[index]) }
            value = .array(items)
        default: break
        }
    }

    /// Whether defaults can stand anywhere below: scalars need no walk.
    private var holdsProperties: Bool {
        switch type {
        case .object: true
        case .map(let map): map.values.holdsProperties
        case .list(let list): list.items.holdsProperties
        default: false
        }
    }

    /// `value` without the fields that the schema does not know (what `fieldValidation=Ignore` and `Warn` store).
    public func pruned(_ value: JSONValue) -> JSONValue {
        switch (type, value) {
        case (.object(let type), .object(let members)):
            .object(
                JSONObject(
                    members.compactMap { member in
                        type[member.key].map { (member.key, $0.schema.pruned(member.value)) }
                    }))
        case (.map(let type), .object(let members)) where type.values.holdsProperties:
            .object(JSONObject(members.map { ($0.key, type.values.pruned($0.value)) }))
        case (.list(let type), .array(let items)) where type.items.holdsProperties:
            .array(items.map { type.items.pruned($0) })
        default: value
        }
    }
}

extension ObjectSchema {
    fileprivate func applyDefaults(to members: inout JSONObject) {
        for property in properties {
            let schema = property.schema
            guard let member = members[property.name], schema.isNullable || !member.isNull else {
                // Setting nil removes a null that stands for a missing value.
                members[property.name] = schema.defaultValue
                continue
            }
            switch schema.type {
            case .object, .map, .list: members[property.name] = schema.defaulted(member)
            default: break
            }
        }
    }
}
