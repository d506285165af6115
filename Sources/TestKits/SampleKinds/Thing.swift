public import InfraAPI
import JSON

/// A cluster-scoped kind for tests, whose `spec` has one field of each shape that server-side apply knows.
public enum Thing {
    public static let type = ResourceType(
        group: "test.dev", version: "v1", kind: "Thing", plural: "things", namespaced: false,
        subresources: .init(status: true),
        schema: record([
            ("apiVersion", text()), ("kind", text()), ("metadata", metadata), ("spec", spec),
            ("status", record([("phase", text()), ("count", number())])),
        ]))

    private static let metadata = record([
        ("name", text()), ("uid", text()), ("resourceVersion", text()), ("creationTimestamp", text()),
        ("deletionTimestamp", text()), ("generation", number()), ("managedFields", Schema(.any)),
        ("labels", map(text())), ("annotations", map(text())), ("finalizers", list(text(), .set)),
    ])

    private static let spec = record([
        ("name", text()), ("number", number()), ("flag", Schema(.boolean)), ("atomic", list(text(), .atomic)),
        ("words", list(text(), .set)), ("numbers", list(number(), .set)), ("labels", map(text())),
        ("groups", map(record([("size", number()), ("color", text())]))),
        (
            "items",
            list(record([("name", text()), ("value", number()), ("tags", list(text(), .set))]), .map(keys: ["name"]))
        ),
        (
            "ports",
            list(
                record([("port", number()), ("protocol", text(default: "TCP")), ("host", number())]),
                .map(keys: ["port", "protocol"]))
        ),
        ("part", record([("a", text()), ("b", text()), ("limit", number(default: 7))])), ("anything", Schema(.any)),
        ("mode", text(default: "Auto")),
    ])

    private static func record(_ fields: [(String, Schema)]) -> Schema {
        Schema(.object(ObjectSchema(fields.map { SchemaProperty($0.0, $0.1) })))
    }

    private static func text(default value: JSONValue? = nil) -> Schema {
        var schema = Schema(.string(StringSchema(maxLength: 100)))
        schema.defaultValue = value
        return schema
    }

    private static func number(default value: JSONValue? = nil) -> Schema {
        var schema = Schema(.integer(0...1_000_000))
        schema.defaultValue = value
        return schema
    }

    private static func map(_ values: Schema) -> Schema {
        Schema(.map(MapSchema(values: values, keyFormat: .text, maxProperties: 100)))
    }

    private static func list(_ items: Schema, _ kind: ListSchema.Kind) -> Schema {
        Schema(.list(ListSchema(items: items, kind: kind, maxItems: 100)))
    }
}
