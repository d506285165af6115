public import JSON

/// `events.k8s.io/v1` Event: another form of the `v1` Events, in the words of the newer group. There is one store of them.
public enum RegardingEvent {
    /// Newer name -> older name, of fields that say the same.
    private static let names: [(newer: String, older: String)] = [
        ("regarding", "involvedObject"), ("note", "message"), ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
    ]

    public static let resourceType = ResourceType(
        group: "events.k8s.io", version: "v1", kind: "Event", plural: "events", shortNames: ["ev"],
        schema: schema,
        printerColumns: [
            Event.lastSeen("deprecatedLastTimestamp"),
            .column("Type", ["type"], "Normal or Warning."), .column("Reason", ["reason"], "A reason code."),
            PrinterColumn(
                "Object", .string,
                .joined([ObjectPath("regarding", "kind"), ObjectPath("regarding", "name")], separator: "/"),
                "What it is about."),
            .column("Message", ["note"], "A sentence for people."),
        ],
        writtenBy: .both)

    /// The schema of `v1` Events under the newer names, so that the two cannot come apart.
    private static let schema: Schema = {
        var properties = Event.resourceType.schema.properties
        for index in properties.indices {
            guard let name = names.first(where: { $0.older == properties[index].name }) else { continue }
            properties[index].name = name.newer
        }
        return Schema(
            .object(ObjectSchema(properties)),
            description: "Something that happened to an object; kept for a time. The same as the v1 Event.")
    }()

    /// A `v1` Event in the newer form. `eventTime` is always there, as Kubernetes writes it.
    public static func newer(_ event: JSONValue) -> JSONValue {
        var newer = renamed(event, resourceType, names.map { ($0.older, $0.newer) })
        if newer["eventTime"] == nil { newer["eventTime"] = .some(.null) }
        return newer
    }

    /// A newer Event as `v1` stores it.
    public static func older(_ event: JSONValue) -> JSONValue {
        renamed(event, Event.resourceType, names.map { ($0.newer, $0.older) })
    }

    private static func renamed(
        _ event: JSONValue, _ type: ResourceType, _ names: [(from: String, to: String)]
    ) -> JSONValue {
        guard let members = event.objectValue else { return event }
        let renamed = members.map { member in
            (names.first { $0.from == member.key }?.to ?? member.key, member.value)
        }
        var event = JSONValue.object(JSONObject(renamed))
        event["apiVersion"] = .string(type.apiVersion)
        event["kind"] = .string(type.kind)
        return event
    }
}
