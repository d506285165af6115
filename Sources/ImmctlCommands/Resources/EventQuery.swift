import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Events of a namespace, or about one object.
struct EventQuery: Sendable {
    var reference: ObjectReference?
    /// nil: all namespaces.
    var namespace: String?
    /// `Normal`, `Warning`; empty means both.
    var types: [String] = []

    /// The events, the oldest first.
    func events(_ client: any ResourceClient) async throws(CommandFailure) -> [JSONValue] {
        let list = try await request("list events") { () throws(APIStatus) in
            try await client.list(Event.resourceType, in: scope, ListOptions(fieldSelector: fieldSelector))
        }
        return EventQuery.sorted(list.items.filter(isWanted))
    }

    /// By time; events of the same second in the order of their writing.
    static func sorted(_ events: [JSONValue]) -> [JSONValue] {
        let keyed = events.map { ($0, time(of: $0) ?? .epoch, UInt64($0.resourceVersion) ?? 0) }
        return keyed.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.map(\.0)
    }

    /// Hands over what is there and then each new event, until the task is cancelled or the server fails.
    func follow(_ client: any ResourceClient, _ body: (JSONValue) throws(CommandFailure) -> Void)
        async throws(CommandFailure)
    {
        var failure: CommandFailure?
        let follower = ObjectFollower(
            client, Event.resourceType, in: scope, ListOptions(fieldSelector: fieldSelector))
        try await request("watch events") { () throws(APIStatus) in
            try await follower.follow { news throws(APIStatus) in
                let events: [JSONValue]
                switch news {
                case .all(let all): events = EventQuery.sorted(all)
                case .added(let event), .modified(let event): events = [event]
                case .deleted: events = []
                }
                do throws(CommandFailure) {
                    for event in events where isWanted(event) { try body(event) }
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }

    /// When the event happened last.
    static func time(of event: JSONValue) -> Timestamp? {
        for path in [["lastTimestamp"], ["eventTime"], ["firstTimestamp"], ["metadata", "creationTimestamp"]] {
            if let time = event[path: path]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) { return time }
        }
        return nil
    }

    private var scope: String? {
        // Events about cluster-scoped objects stand in the namespace default.
        reference.map { $0.namespace.isEmpty ? "default" : $0.namespace } ?? namespace
    }

    private var fieldSelector: String? {
        reference.map { "involvedObject.name=\($0.name),involvedObject.kind=\($0.type.kind)" }
    }

    private func isWanted(_ event: JSONValue) -> Bool {
        let type = event["type"]?.stringValue ?? ""
        return types.isEmpty || types.contains { $0.lowercased() == type.lowercased() }
    }
}

/// Events as kubectl's table.
enum EventTable {
    static func lines(_ events: [JSONValue], now: Timestamp, showsNamespaces: Bool, indent: Int = 0) -> [String] {
        guard !events.isEmpty else { return [] }
        var table = TextTable("Last Seen", "Type", "Reason", "Object", "Message")
        if showsNamespaces { table.header.insert("NAMESPACE", at: 0) }
        table.rows = events.map { event in
            let object = event["involvedObject"]
            let count = event["count"]?.intValue ?? 1
            let kind = object?["kind"]?.stringValue?.lowercased() ?? ""
            let cells = [
                Age.text(since: EventQuery.time(of: event), now: now), event["type"]?.stringValue ?? "",
                event["reason"]?.stringValue ?? "", "\(kind)/\(object?["name"]?.stringValue ?? "")",
                (event["message"]?.stringValue ?? "") + (count > 1 ? " (x\(count))" : ""),
            ].map(\.singleLine)
            return showsNamespaces ? [event.namespace] + cells : cells
        }
        return table.lines(indent: indent)
    }
}
