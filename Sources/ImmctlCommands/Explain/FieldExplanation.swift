import InfraAPI
import JSON

/// What a kind's schema says about one field, or about the object as a whole.
struct FieldExplanation: Sendable {
    let type: ResourceType
    /// From the object down; empty for the object itself.
    let path: [String]
    let schema: Schema
    let isRequired: Bool

    /// Finds `kind.field.field…`; lists and maps are passed through to what they hold.
    ///
    /// - Throws: usage, naming the fields that there are.
    init(_ words: String) throws(CommandFailure) {
        var names = words.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let type = try ResourceWords.type(names.removeFirst())
        let group = type.group.split(separator: ".").map(String.init)
        // `instancesets.imm.dev` names the kind too.
        if !group.isEmpty, names.starts(with: group) { names.removeFirst(group.count) }
        var (schema, isRequired) = (type.schema, false)
        for (index, name) in names.enumerated() {
            let holder = schema.held
            guard let property = holder.property(name) else {
                let parent = ([type.singular] + names[..<index]).joined(separator: ".")
                let fields = holder.properties.map(\.name)
                let hint =
                    Spelling.closest(to: name, among: fields).map { "did you mean \($0)?" }
                    ?? (fields.isEmpty ? "\(parent) has no fields" : "its fields are \(fields.joined(separator: ", "))")
                throw .usage("\(parent) has no field \"\(name)\"", hints: [hint])
            }
            (schema, isRequired) = (property.schema, property.isRequired)
        }
        self.type = type
        path = names
        self.schema = schema
        self.isRequired = isRequired
    }

    /// For machines.
    func json(recursive: Bool) -> JSONValue {
        var value: JSONValue = [
            "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
            "field": .string(path.joined(separator: ".")),
        ]
        for member in FieldExplanation.json(of: schema, isRequired: isRequired, depth: recursive ? .max : 1).objectValue
            ?? JSONObject()
        {
            value[member.key] = member.value
        }
        return value
    }

    private static func json(of schema: Schema, isRequired: Bool, depth: Int) -> JSONValue {
        var value: JSONValue = [
            "type": .string(schema.typeName), "description": .string(schema.description), "required": .bool(isRequired),
        ]
        value["default"] = schema.defaultValue
        if !schema.allowedValues.isEmpty { value["enum"] = .array(schema.allowedValues.map(JSONValue.string)) }
        if !schema.limits.isEmpty { value["limits"] = .array(schema.limits.map(JSONValue.string)) }
        let properties = schema.held.properties
        if depth > 0, !properties.isEmpty {
            value["fields"] = .array(
                properties.map { property in
                    var field = json(of: property.schema, isRequired: property.isRequired, depth: depth - 1)
                    field["name"] = .string(property.name)
                    return field
                })
        }
        return value
    }
}
