import JSON

/// Where two states of an object differ, for people.
enum FieldDifference {
    /// Members of metadata that the server keeps.
    private static let serverMetadata = ["managedFields", "resourceVersion", "generation"]

    /// Without what the server keeps, and without the status.
    static func content(of object: JSONValue) -> JSONValue {
        var object = object
        for name in serverMetadata { object[path: ["metadata", name]] = nil }
        object["status"] = nil
        return object
    }

    /// What a manager owns by applying; null: nothing.
    static func fields(of manager: String, in object: JSONValue) -> JSONValue {
        let entries = object["metadata"]?["managedFields"]?.arrayValue ?? []
        let entry = entries.first { entry in
            entry["manager"]?.stringValue == manager && entry["operation"]?.stringValue == "Apply"
                && (entry["subresource"]?.stringValue ?? "").isEmpty
        }
        return entry?["fieldsV1"] ?? .null
    }

    /// Paths such as `.spec.replicas`, in the order of the first object's fields.
    static func paths(from old: JSONValue, to new: JSONValue, at path: String = "") -> [String] {
        if old == new { return [] }
        guard case .object(let before) = old, case .object(let after) = new else { return [path] }
        var found: [String] = []
        for member in before {
            found += paths(from: member.value, to: after[member.key] ?? .null, at: "\(path).\(member.key)")
        }
        for member in after where before[member.key] == nil { found.append("\(path).\(member.key)") }
        return found
    }
}
