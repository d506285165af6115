import JSON

extension Namespace: SchemaRecord {
    public static let fields: [Field<Namespace>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .unread("spec", .raw, "Not used; clients send it."),
        .plain("status", \.status, .record, "Whether it is going away."),
    ]

    public static let resourceType = ResourceType(
        of: Namespace.self, group: "", version: "v1", kind: "Namespace", plural: "namespaces", shortNames: ["ns"],
        namespaced: false, writtenBy: .user,
        description: "A room for names.",
        columns: [.column("Status", ["status", "phase"], "Active or Terminating."), .age],
        check: { namespace in
            let name = namespace.metadata.name
            guard !name.isEmpty, !StringFormat.dns1123Label.matches(name) else { return [] }
            let path = FieldPath([.field("metadata"), .field("name")])
            return [.invalid(path, .string(name), StringFormat.dns1123Label.rule)]
        })
}

extension NamespaceStatus: SchemaRecord {
    public static let fields: [Field<NamespaceStatus>] = [
        .plain("phase", \.phase, .string(oneOf: ["Active", "Terminating"]), "Active or Terminating."),
        .plain("conditions", \.conditions, .conditions, "Why it cannot go yet."),
    ]
}
