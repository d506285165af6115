import Ambient
import HTTPTypes
import HummingbirdCore
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

/// Puts objects of one kind into the form that a request asked for.
struct Rendering: Sendable {
    let type: ResourceType
    let representation: Representation
    /// What ages in tables are counted to.
    private(set) var now: Timestamp
    let includedObject: TableRendering.IncludedObject

    /// - Throws: 406 and 400 for what the request asks in vain.
    init(_ request: ResourceRequest, now: Timestamp) throws(APIStatus) {
        type = request.type
        representation = try Representation(accept: request.http.headers[.accept])
        self.now = now
        let included = request.query.nonEmpty("includeObject") ?? TableRendering.IncludedObject.metadata.rawValue
        guard let includedObject = TableRendering.IncludedObject(rawValue: included) else {
            throw .badRequest("includeObject must be None, Metadata or Object, not \"\(included)\"")
        }
        self.includedObject = includedObject
    }

    /// The same form at a later time.
    func at(_ now: Timestamp) -> Rendering {
        var rendering = self
        rendering.now = now
        return rendering
    }

    func object(_ object: JSONValue) -> JSONValue {
        switch representation {
        case .json: return object
        case .partialMetadata: return PartialObject.json(of: object)
        case .table:
            var table = TableRendering.table(of: [object], type: type, now: now, including: includedObject)
            table[path: ["metadata", "resourceVersion"]] = object["metadata"]?["resourceVersion"]
            return table
        }
    }

    func list(_ list: ObjectList) -> JSONValue {
        switch representation {
        case .json:
            [
                "apiVersion": .string(type.apiVersion), "kind": .string(type.kind + "List"), "metadata": list.metadata,
                "items": .array(list.items),
            ]
        case .partialMetadata: PartialObject.json(of: list)
        case .table: TableRendering.table(of: list, type: type, now: now, including: includedObject)
        }
    }

    /// The object of a BOOKMARK event: nothing but its version, and that the initial events are over.
    func bookmark(resourceVersion: String, endsInitialEvents: Bool = false) -> JSONValue {
        var metadata = JSONObject([("resourceVersion", .string(resourceVersion)), ("creationTimestamp", .null)])
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
        ]
        switch representation {
        case .json: return object
        case .partialMetadata: return PartialObject.json(of: object)
        case .table:
            return [
                "apiVersion": .string(TableRendering.apiVersion), "kind": "Table",
                "metadata": ["resourceVersion": .string(resourceVersion)],
                "columnDefinitions": .array(TableRendering.columnDefinitions(of: type)),
                "rows": [["cells": [], "object": PartialObject.json(of: object)]],
            ]
        }
    }
}
