import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// What `describe` tells about one object: the object, what belongs to it, and the recent events.
struct ObjectDescription: Sendable {
    private static let maximumEvents = 20

    var reference: ObjectReference
    var object: JSONValue
    /// Objects that belong to it: a set's revisions, instances and volumes.
    var related: [JSONValue] = []
    var events: [JSONValue] = []

    /// Fetches everything. `object` is the object itself where it is known already.
    static func load(
        _ reference: ObjectReference, _ client: any ResourceClient, object: JSONValue? = nil
    ) async throws(CommandFailure) -> ObjectDescription {
        var description: ObjectDescription
        if let object {
            description = ObjectDescription(reference: reference, object: object)
        } else {
            let stored = try await request("describe \(reference.qualifiedName)") { () throws(APIStatus) in
                try await client.get(reference)
            }
            description = ObjectDescription(reference: reference, object: stored)
        }
        if reference.type == InstanceSet.resourceType {
            for (type, field) in [
                (Revision.resourceType, "spec.set"), (Instance.resourceType, "spec.set"),
                (Volume.resourceType, "spec.claim.set"),
            ] {
                description.related += try await request("list \(type.plural)") { () throws(APIStatus) in
                    try await client.list(
                        type, in: reference.namespace, ListOptions(fieldSelector: "\(field)=\(reference.name)")
                    ).items
                }
            }
        }
        if reference.type != Event.resourceType {
            description.events = try await EventQuery(reference: reference).events(client).suffix(maximumEvents)
        }
        return description
    }

    /// For people.
    func lines(now: Timestamp) throws(CommandFailure) -> [String] {
        var text = DescriptionText(now: now)
        switch reference.type {
        case InstanceSet.resourceType: try describeInstanceSet(&text)
        case Instance.resourceType: text.describe(try decode(object) as Instance)
        case Revision.resourceType: text.describe(try decode(object) as Revision)
        case Volume.resourceType: text.describe(try decode(object) as Volume)
        case ProviderObject.resourceType: text.describe(try decode(object) as ProviderObject)
        case Secret.resourceType: text.describe(try decode(object) as Secret)
        case GitSource.resourceType: text.describe(try decode(object) as GitSource)
        case PruneApproval.resourceType: text.describe(try decode(object) as PruneApproval)
        case Namespace.resourceType: text.describe(try decode(object) as Namespace)
        default: try describeOther(&text)
        }
        if reference.type != Event.resourceType {
            text.section("Events", EventTable.lines(events, now: now, showsNamespaces: false))
        }
        return text.lines
    }

    /// For machines: nothing secret in it.
    var json: JSONValue {
        [
            "object": object.withoutManagedFields.withoutSecrets,
            "related": .array(related.map(\.withoutManagedFields)),
            "events": .array(events.map(\.withoutManagedFields)),
        ]
    }

    private func describeInstanceSet(_ text: inout DescriptionText) throws(CommandFailure) {
        let set: InstanceSet = try decode(object)
        var revisions: [Revision] = []
        var instances: [Instance] = []
        var volumes: [Volume] = []
        for item in related {
            switch item["kind"]?.stringValue {
            case Revision.resourceType.kind: revisions.append(try decode(item))
            case Instance.resourceType.kind: instances.append(try decode(item))
            default: volumes.append(try decode(item))
            }
        }
        text.describe(set, RevisionHistory(set, revisions), instances, volumes)
    }

    private func describeOther(_ text: inout DescriptionText) throws(CommandFailure) {
        text.add("Name", object.name)
        if !object.namespace.isEmpty { text.add("Namespace", object.namespace) }
        text.add("Kind", object["kind"]?.stringValue)
        for member in object.objectValue ?? JSONObject() where !["apiVersion", "kind", "metadata"].contains(member.key)
        {
            switch member.value {
            case .object, .array:
                text.section(member.key, member.value.prettyString().split(separator: "\n").map(String.init))
            case .string(let value): text.add(member.key, value)
            default: text.add(member.key, member.value.encodedString())
            }
        }
    }
}

extension JSONValue {
    /// A Secret with the size of each value in the place of the value; anything else as it is.
    var withoutSecrets: JSONValue {
        guard self["kind"]?.stringValue == "Secret" else { return self }
        var copy = self
        let sizes = (self["data"]?.objectValue ?? JSONObject()).map { member in
            (member.key, JSONValue.string("\(SecretSize.bytes(ofBase64: member.value.stringValue ?? "")) bytes"))
        }
        copy["data"] = .object(JSONObject(sizes))
        copy["stringData"] = nil
        // kubectl's client-side apply keeps the whole object there.
        copy[path: ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]] = nil
        return copy
    }
}

/// How much a Secret holds, without showing it.
enum SecretSize {
    /// Number of bytes that a Base64 text stands for.
    static func bytes(ofBase64 text: String) -> Int {
        let digits = text.utf8.count { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n") }
        return digits * 3 / 4
    }
}
