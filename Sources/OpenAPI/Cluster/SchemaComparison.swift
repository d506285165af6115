public import InfraAPI
public import JSON

/// Whether a server's definition of a kind has all that ours has.
public enum SchemaComparison {
    /// What our definition of a kind has and the installed one lacks: paths of fields, values of enumerations, subresources.
    /// Empty where the installed one is ours, or a later one, which may have more.
    ///
    /// - Parameter installed: a CustomResourceDefinition.
    public static func missing(in installed: JSONValue, of type: ResourceType) -> [String] {
        let ours = type.customResourceDefinition
        let hash = ["metadata", "annotations", CustomResourceDefinitions.hashAnnotation]
        if let known = ours[path: hash], installed[path: hash] == known { return [] }
        guard let our = ours["spec"]?["versions"]?.arrayValue?.first,
            let version = installed["spec"]?["versions"]?.arrayValue?.first(where: { $0["name"] == our["name"] }),
            version["served"]?.boolValue == true
        else { return ["version \(type.version)"] }
        let subresources = ["status", "scale"].filter {
            our["subresources"]?[$0] != nil && version["subresources"]?[$0] == nil
        }
        let schema = ["schema", "openAPIV3Schema"]
        return subresources.map { "subresource \($0)" }
            + fields(our[path: schema] ?? .null, version[path: schema] ?? .null, "")
    }

    /// The same from the OpenAPI document of our group, which shows no more than the fields; for those who may not read the definitions.
    /// nil: the kind is not in it.
    ///
    /// - Parameter document: `/openapi/v3/apis/imm.dev/v1alpha1`.
    public static func missing(inDocument document: JSONValue, of type: ResourceType) -> [String]? {
        let schemas = document["components"]?["schemas"]?.objectValue ?? JSONObject()
        let identity: JSONValue = [
            "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
        ]
        let found = schemas.first { member in
            (member.value["x-kubernetes-group-version-kind"]?.arrayValue ?? []).contains { named in
                ["group", "version", "kind"].allSatisfy { named[$0] == identity[$0] }
            }
        }
        guard let found else { return nil }
        let version = type.customResourceDefinition["spec"]?["versions"]?.arrayValue?.first
        return fields(version?[path: ["schema", "openAPIV3Schema"]] ?? .null, found.value, "")
    }

    private static func fields(_ ours: JSONValue, _ theirs: JSONValue, _ path: String) -> [String] {
        // Anything is taken there.
        if theirs["x-kubernetes-preserve-unknown-fields"]?.boolValue == true, theirs["properties"] == nil { return [] }
        var missing: [String] = []
        for member in ours["properties"]?.objectValue ?? JSONObject() {
            let place = "\(path).\(member.key)"
            guard let other = theirs["properties"]?[member.key] else {
                missing.append(place)
                continue
            }
            missing += fields(member.value, other, place)
        }
        for (name, mark) in [("items", "[]"), ("additionalProperties", ".*")] {
            guard let inner = ours[name], inner.objectValue != nil else { continue }
            missing += fields(inner, theirs[name] ?? .null, path + mark)
        }
        if let values = ours["enum"]?.arrayValue, let known = theirs["enum"]?.arrayValue {
            missing += values.filter { !known.contains($0) }.map { "\(path) \($0.stringValue ?? $0.encodedString())" }
        }
        return missing
    }
}
