import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// get and list.
extension APIResponder {
    func get(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let reference = try request.reference()
        let asked = try VersionChecks.asked(request.query)
        if rendering.representation == .json, asked == nil, let client = client as? any EncodedResourceClient {
            return .encoded(try await client.encodedObject(reference))
        }
        let object = try await client.get(reference)
        let version = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
        if let asked, asked > UInt64(version) ?? 0 {
            // The version may be another object's: the store's own counts.
            let now = try await client.list(request.type, in: request.namespace, ListOptions(limit: 1))
            try VersionChecks.checkReached(asked, now.resourceVersion)
        }
        return .json(rendering.object(object))
    }

    func getScale(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        .json(try await client.scale(of: request.reference()))
    }

    func list(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let query = request.query
        try ListChecks.check(query, type: request.type)
        if query.nonEmpty("continue") != nil, try VersionChecks.asked(query) != nil {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
        var options = ListOptions(
            labelSelector: query.nonEmpty("labelSelector"), fieldSelector: query.nonEmpty("fieldSelector"),
            limit: try query.count("limit"), continuation: query.nonEmpty("continue"))
        let asked = query.nonEmpty("continue") == nil ? try VersionChecks.asked(query) : nil
        if let asked, query["resourceVersionMatch"] == "Exact" { options.exactVersion = String(asked) }
        if rendering.representation == .json, let client = client as? any EncodedResourceClient {
            let list = try await client.encodedList(request.type, in: request.namespace, options)
            if let asked { try VersionChecks.checkReached(asked, list.head.resourceVersion) }
            return .encoded(list, apiVersion: request.type.apiVersion, kind: request.type.kind + "List")
        }
        let list = try await client.list(request.type, in: request.namespace, options)
        if let asked { try VersionChecks.checkReached(asked, list.resourceVersion) }
        return .json(rendering.list(list))
    }
}

/// The combinations of list parameters that Kubernetes refuses.
enum ListChecks {
    private static let kind = "ListOptions"

    static func check(_ query: RequestQuery, type: ResourceType) throws(APIStatus) {
        if query["sendInitialEvents"] != nil {
            throw .invalidOptions(
                kind, field: "sendInitialEvents", "FieldValueForbidden",
                "Forbidden: sendInitialEvents is forbidden for list")
        }
        guard let match = query.nonEmpty("resourceVersionMatch") else { return }
        let field = "resourceVersionMatch"
        if query.nonEmpty("resourceVersion") == nil {
            throw .invalidOptions(
                kind, field: field, "FieldValueForbidden",
                "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")
        }
        if query.nonEmpty("continue") != nil {
            throw .invalidOptions(
                kind, field: field, "FieldValueForbidden",
                "Forbidden: resourceVersionMatch is forbidden when continue is provided")
        }
        guard ["Exact", "NotOlderThan"].contains(match) else {
            throw .invalidOptions(
                kind, field: field, "FieldValueNotSupported",
                "Unsupported value: \"\(match)\": supported values: \"Exact\", \"NotOlderThan\"")
        }
        if match == "Exact", query["resourceVersion"] == "0" {
            throw .invalidOptions(
                kind, field: field, "FieldValueForbidden",
                "Forbidden: resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"")
        }
    }
}

/// A client may ask for a state at least as new as a version; one from the future is told apart from an old one.
enum VersionChecks {
    /// nil when no version, or any (`0`), was asked for.
    static func asked(_ query: RequestQuery) throws(APIStatus) -> UInt64? {
        guard let text = query.nonEmpty("resourceVersion"), text != "0" else { return nil }
        guard let version = UInt64(text) else {
            throw .badRequest("invalid resourceVersion \"\(text)\": it must be a decimal number from an earlier answer")
        }
        return version
    }

    static func checkReached(_ asked: UInt64, _ current: String) throws(APIStatus) {
        if let reached = UInt64(current), asked > reached {
            throw .versionTooLarge(asked: String(asked), current: current)
        }
    }
}
