import Ambient
public import JSON

extension Secret: SchemaRecord {
    public static let fields: [Field<Secret>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .defaulted("type", \.type, .string(maximum: 253), "What is in it; we do not look at it.")
            .immutable("delete the Secret and make it again"),
        .plain(
            "data", \.data,
            .stringMap(keys: .secretKey, values: .sensitive(.base64, maximum: 1_398_104), maximum: 1000),
            "Values in base64; at most 1 MiB each."),
        .unread(
            "stringData",
            .stringMap(keys: .secretKey, values: .sensitive(maximum: 1_048_576), maximum: 1000),
            "Values as they are; write-only: merged into data."),
        .optional("immutable", \.immutable, .bool, "Once true, data can no longer change."),
    ]

    public static let resourceType = ResourceType(
        of: Secret.self, group: "", version: "v1", kind: "Secret", plural: "secrets",
        subresources: .init(status: false), writtenBy: .user,
        description: "Values that are not shown.",
        columns: [
            .column("Type", ["type"], "What is in it."),
            PrinterColumn("Data", .integer, .count(ObjectPath("data")), "Number of values."),
            .age,
        ],
        updateCheck: { old, new in
            guard old.immutable == true else { return [] }
            var errors: [FieldError] = []
            let advice = "field is immutable when `immutable` is set; delete the Secret and make it again"
            if new.immutable != true { errors.append(.forbidden(FieldPath([.field("immutable")]), advice)) }
            if new.data != old.data { errors.append(.forbidden(FieldPath([.field("data")]), advice)) }
            return errors
        })

    /// A Secret's JSON with `stringData` merged into `data`, which it overrides; admission calls this before defaulting.
    /// What is not a string is left for validation to name.
    public static func mergingStringData(_ json: JSONValue) -> JSONValue {
        guard let strings = json["stringData"]?.objectValue,
            strings.allSatisfy({ $0.value.stringValue != nil && StringFormat.secretKey.matches($0.key) })
        else { return json }
        var merged = json
        merged["stringData"] = nil
        var data = merged["data"]?.objectValue ?? JSONObject()
        for member in strings {
            data[member.key] = member.value.stringValue.map { .string(Base64.encode(Array($0.utf8))) }
        }
        if !data.isEmpty { merged["data"] = .object(data) }
        return merged
    }

    /// The bytes under a key; nil when the key is missing or its value is no base64.
    public func bytes(for key: String) -> [UInt8]? { data[key].flatMap(Base64.decode) }
}
