import Ambient
import JSON

extension Event: SchemaRecord {
    public static let fields: [Field<Event>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("involvedObject", \.involvedObject, .record, "What it is about."),
        .plain("reason", \.reason, .reasonCode, "A reason code in CamelCase."),
        .plain("message", \.message, .message, "A sentence for people."),
        .defaulted("type", \.type, .string(maximum: 64), "Normal or Warning."),
        .defaulted("count", \.count, .counter, "How often it happened."),
        .optional("firstTimestamp", \.firstTimestamp, .time, "When it happened first."),
        .optional("lastTimestamp", \.lastTimestamp, .time, "When it happened last."),
        .plain("reportingComponent", \.reportingComponent, .string(maximum: 253), "Who reports it."),
        .unread("reportingInstance", .string(maximum: 253), "Not used; clients send it."),
        .unread("source", .raw, "Not used; clients send it."),
        .unread("eventTime", .microTime, "Not used; clients send it."),
        .unread("series", .raw, "Not used; clients send it."),
        .unread("action", .string(maximum: 253), "Not used; clients send it."),
        .unread("related", .raw, "Not used; clients send it."),
    ]

    public static let resourceType = ResourceType(
        of: Event.self, group: "", version: "v1", kind: "Event", plural: "events", shortNames: ["ev"],
        subresources: .init(status: false), writtenBy: .both,
        description: "Something that happened to an object; kept for a time.",
        columns: [
            lastSeen("lastTimestamp"),
            .column("Type", ["type"], "Normal or Warning."),
            .column("Reason", ["reason"], "A reason code."),
            PrinterColumn(
                "Object", .string,
                .joined(
                    [ObjectPath("involvedObject", "kind"), ObjectPath("involvedObject", "name")], separator: "/"),
                "What it is about."),
            .column("Message", ["message"], "A sentence for people."),
            .column("Count", .integer, ["count"], isWide: true, "How often it happened."),
        ])
}

extension Event {
    /// Recorders of the newer group say `eventTime` alone, and the time of the last repeat in `series`.
    static func lastSeen(_ timestamp: String) -> PrinterColumn {
        PrinterColumn(
            "Last Seen", .date,
            .first([ObjectPath("series", "lastObservedTime"), ObjectPath(timestamp), ObjectPath("eventTime")]),
            "When it happened last.")
    }
}

extension InvolvedObject: SchemaRecord {
    public static let fields: [Field<InvolvedObject>] = [
        .plain("apiVersion", \.apiVersion, .string(maximum: 317), "Group and version."),
        .plain("kind", \.kind, .string(maximum: 63), "Kind."),
        .plain("namespace", \.namespace, .string(maximum: 63), "Namespace."),
        .plain("name", \.name, .string(maximum: 253), "Name."),
        .plain("uid", \.uid, .string(maximum: 128), "uid."),
        .plain("resourceVersion", \.resourceVersion, .string(maximum: 64), "Store version that was seen."),
        .plain("fieldPath", \.fieldPath, .string(maximum: 1024), "Part of the object."),
    ]
}
