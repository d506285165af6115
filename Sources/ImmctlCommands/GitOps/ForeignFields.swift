import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// What in the objects of a source is not as the source left it: an object that is gone, or fields that another manager set.
struct ForeignFields: Sendable {
    let entry: InventoryEntry
    /// A field's path; empty for the object itself.
    let path: String
    let manager: String
    let since: Timestamp?
    let what: String

    static func load(
        of source: GitSource, _ client: any ResourceClient
    ) async throws(CommandFailure) -> [ForeignFields] {
        var found: [ForeignFields] = []
        for entry in source.status.inventory {
            guard let type = entry.type else { continue }
            let reference = ObjectReference(type, in: entry.namespace, name: entry.name)
            guard let object = try await client.stored(reference) else {
                found.append(ForeignFields(entry, "it is gone: the next sync makes it again"))
                continue
            }
            guard entry.uid.isEmpty || object.uid == entry.uid else {
                found.append(ForeignFields(entry, "it is another object of this name: somebody made it anew"))
                continue
            }
            found += fields(of: object, entry, apart: source.fieldManager)
        }
        return found
    }

    private init(_ entry: InventoryEntry, _ what: String) {
        (self.entry, self.what, path, manager, since) = (entry, what, "", "", nil)
    }

    private init(_ entry: InventoryEntry, _ path: String, _ manager: String, _ since: Timestamp?) {
        (self.entry, self.path, self.manager, self.since) = (entry, path, manager, since)
        what = "\(manager) set it"
    }

    /// The status is the controllers', and no wish of anybody's.
    private static func fields(of object: JSONValue, _ entry: InventoryEntry, apart own: String) -> [ForeignFields] {
        (object[path: ["metadata", "managedFields"]]?.arrayValue ?? []).flatMap { owner -> [ForeignFields] in
            let manager = owner["manager"]?.stringValue ?? ""
            guard manager != own, owner["subresource"]?.stringValue != "status", let fields = owner["fieldsV1"] else {
                return []
            }
            let since = owner["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            return leaves(fields, "").filter(isWish).map { ForeignFields(entry, $0, manager, since) }
        }
    }

    private static func isWish(_ path: String) -> Bool {
        !["status", "metadata.finalizers", "metadata.ownerReferences"].contains {
            path == $0 || path.hasPrefix($0 + ".")
        }
            && !path.hasPrefix("metadata.finalizers[") && !path.hasPrefix("metadata.ownerReferences[")
    }

    /// The paths of a set of fields as Kubernetes writes it (`fieldsV1`).
    private static func leaves(_ fields: JSONValue, _ path: String) -> [String] {
        let members = (fields.objectValue ?? JSONObject()).filter { $0.key != "." }
        guard !members.isEmpty else { return path.isEmpty ? [] : [path] }
        return members.flatMap { member in leaves(member.value, path + step(member.key, isFirst: path.isEmpty)) }
    }

    private static func step(_ key: String, isFirst: Bool) -> String {
        let name = key.dropFirst(2)
        if key.hasPrefix("f:") {
            // A key with dots in it, such as a label's.
            return name.contains(".") || name.contains("/") ? "[\(name)]" : isFirst ? "\(name)" : ".\(name)"
        }
        guard key.hasPrefix("k:"), let keys = try? JSONValue(parsing: Array(name.utf8)) else { return "[\(name)]" }
        let words = (keys.objectValue ?? JSONObject()).map {
            "\($0.key)=\($0.value.stringValue ?? $0.value.encodedString())"
        }
        return "[\(words.joined(separator: ","))]"
    }

    static func table(_ found: [ForeignFields], now: Timestamp) -> TextTable {
        var table = TextTable("namespace", "object", "field", "what", "since")
        table.rows = found.map { field in
            [
                field.entry.namespace, field.entry.qualifiedName, field.path, field.what,
                field.since.map { Age.text(since: $0, now: now) } ?? "",
            ].map(\.singleLine)
        }
        return table
    }

    var json: JSONValue {
        var json: JSONValue = [
            "object": .string(entry.qualifiedName), "namespace": .string(entry.namespace), "message": .string(what),
        ]
        if !path.isEmpty {
            json["field"] = .string(path)
            json["manager"] = .string(manager)
        }
        return json
    }
}
