public import Ambient
public import InfraAPI
public import JSON

/// Objects as a `meta.k8s.io/v1` Table: what kubectl and immctl print.
public enum TableRendering {
    public static let apiVersion = "meta.k8s.io/v1"

    /// What a row carries besides its cells (the query parameter `includeObject`).
    public enum IncludedObject: String, Sendable, Hashable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// A table of objects of one kind; ages are counted up to `now`.
    public static func table(
        of objects: [JSONValue], type: ResourceType, now: Timestamp, including: IncludedObject = .metadata
    ) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": "Table", "metadata": .object(JSONObject()),
            "columnDefinitions": .array(columnDefinitions(of: type)),
            "rows": .array(objects.map { row(of: $0, type: type, now: now, including: including) }),
        ]
    }

    /// The table of a list, with its version and where it goes on.
    public static func table(
        of list: ObjectList, type: ResourceType, now: Timestamp, including: IncludedObject = .metadata
    ) -> JSONValue {
        var table = table(of: list.items, type: type, now: now, including: including)
        table["metadata"] = list.metadata
        return table
    }

    /// Name, and the kind's own columns.
    public static func columnDefinitions(of type: ResourceType) -> [JSONValue] {
        let name: JSONValue = [
            "name": "Name", "type": "string", "format": "name", "priority": 0,
            "description": "Name must be unique within a namespace.",
        ]
        return [name]
            + type.printerColumns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type.rawValue), "format": "",
                    "description": .string(column.description), "priority": .int(Int64(column.priority)),
                ]
            }
    }

    public static func row(
        of object: JSONValue, type: ResourceType, now: Timestamp, including: IncludedObject = .metadata
    ) -> JSONValue {
        let cells = [object["metadata"]?["name"] ?? .null] + type.printerColumns.map { $0.printed(object, now) }
        var row: JSONValue = ["cells": .array(cells)]
        switch including {
        case .none: break
        case .metadata: row["object"] = PartialObject.json(of: object)
        case .object: row["object"] = object
        }
        return row
    }
}

extension PrinterColumn {
    /// The cell; null where there is nothing to print.
    fileprivate func printed(_ object: JSONValue, _ now: Timestamp) -> JSONValue {
        guard let value = cell(of: object) else { return .null }
        switch type {
        case .integer: return value.intValue.map(JSONValue.int) ?? .null
        case .boolean: return value.boolValue.map(JSONValue.bool) ?? .null
        case .date:
            guard let time = value.stringValue.flatMap(Timestamp.init(rfc3339:)) else { return "<invalid>" }
            return .string(Age.text(now - time))
        case .string:
            switch value {
            case .string: return value
            default: return .string(value.encodedString())
            }
        }
    }
}

extension ObjectList {
    /// `metadata` of the list on the wire.
    public var metadata: JSONValue {
        var metadata = JSONObject([("resourceVersion", .string(resourceVersion))])
        metadata["continue"] = continuation.map(JSONValue.string)
        metadata["remainingItemCount"] = remainingItemCount.map { .int(Int64($0)) }
        return .object(metadata)
    }
}
