public import JSON

// Making the description of a kind from its Swift type.
extension ResourceType {
    init<Object: APIObject & SchemaRecord>(
        of _: Object.Type, group: String = "imm.dev", version: String = "v1alpha1", kind: String, plural: String,
        shortNames: [String] = [], categories: [String] = [], namespaced: Bool = true,
        subresources: Subresources = Subresources(status: true), writtenBy: Writer, description: String,
        columns: [PrinterColumn],
        check: @escaping @Sendable (Object) -> [FieldError] = { _ in [] },
        updateCheck: @escaping @Sendable (Object, Object) -> [FieldError] = { _, _ in [] }
    ) {
        var apiVersion = Schema(.string(StringSchema(minLength: 1, maxLength: 317)))
        apiVersion.description = "Group and version of the kind."
        var kindSchema = Schema(.string(StringSchema(minLength: 1, maxLength: 63)))
        kindSchema.description = "Name of the kind."
        let properties =
            [SchemaProperty("apiVersion", apiVersion), SchemaProperty("kind", kindSchema)]
            + Object.fields.map(\.property)
        self.init(
            group: group, version: version, kind: kind, plural: plural, shortNames: shortNames, categories: categories,
            namespaced: namespaced, subresources: subresources,
            schema: Schema(.object(ObjectSchema(properties)), description: description), printerColumns: columns,
            writtenBy: writtenBy,
            check: { json in Object.decoded(json) { check($0) } },
            updateCheck: { old, new in
                Object.decoded(old) { old in Object.decoded(new) { new in updateCheck(old, new) } }
            })
    }
}

extension APIObject {
    /// Runs `check` on the decoded object; what cannot be decoded is the error.
    fileprivate static func decoded(_ json: JSONValue, _ check: (Self) -> [FieldError]) -> [FieldError] {
        do throws(FieldError) {
            return check(try Self(json: json))
        } catch {
            return [error]
        }
    }
}

// The coding of every kind, by its table.
extension APIObject where Self: SchemaRecord {
    public init(json: JSONValue) throws(FieldError) {
        let type = Self.resourceType
        if let kind = json["kind"]?.stringValue, kind != type.kind {
            throw .invalid(FieldPath([.field("kind")]), .string(kind), "expected \(type.kind)")
        }
        try self.init(json, Self.fields)
    }

    public var json: JSONValue {
        let type = Self.resourceType
        var members = JSONObject([("apiVersion", .string(type.apiVersion)), ("kind", .string(type.kind))])
        for field in Self.fields { members[field.name] = field.encode(self, .stored) }
        return .object(members)
    }
}
