import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// delete and deletecollection.
extension APIResponder {
    func delete(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let options = try await deleteOptions(request)
        let object = try await client.delete(request.reference(), options)
        let isHeld = !(object[path: ["metadata", "finalizers"]]?.arrayValue ?? []).isEmpty
        // As Kubernetes: what is gone at once is told by a Status, what is still there is shown.
        return .json(isHeld ? rendering.object(object) : APIResponder.gone(object, request.type))
    }

    private static func gone(_ object: JSONValue, _ type: ResourceType) -> JSONValue {
        var details: JSONValue = ["name": object["metadata"]?["name"] ?? "", "kind": .string(type.plural)]
        if !type.group.isEmpty { details["group"] = .string(type.group) }
        details["uid"] = object["metadata"]?["uid"]
        return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
    }

    /// Deletes what the selectors show, one after the other; answers with the list of it.
    func deleteCollection(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let query = request.query
        var options = try await deleteOptions(request)
        options.resourceVersion = nil
        var list = try await client.list(
            request.type, in: request.namespace,
            ListOptions(labelSelector: query.nonEmpty("labelSelector"), fieldSelector: query.nonEmpty("fieldSelector")))
        var deleted: [JSONValue] = []
        for item in list.items {
            let metadata = item["metadata"]
            let reference = ObjectReference(
                request.type, namespace: metadata?["namespace"]?.stringValue ?? "",
                name: metadata?["name"]?.stringValue ?? "")
            options.uid = metadata?["uid"]?.stringValue
            do throws(APIStatus) {
                deleted.append(try await client.delete(reference, options))
            } catch {
                // Somebody else deleted it, or put another in its place, meanwhile: both are none of this list.
                guard error.isNotFound || error.isConflict, !error.isTermOver else { throw error }
            }
        }
        list.items = deleted
        return .json(rendering.list(list))
    }

    /// From the body, or where it says nothing from the query.
    private func deleteOptions(_ request: ResourceRequest) async throws(APIStatus) -> DeleteOptions {
        var body = JSONValue.null
        if let sent = try await request.http.optionalObject(limits) {
            body = sent
            guard body.isNull || body.objectValue != nil else {
                throw .badRequest("the body of a DELETE must be DeleteOptions")
            }
        }
        let query = request.query
        var options = DeleteOptions(
            uid: body["preconditions"]?["uid"]?.stringValue,
            resourceVersion: body["preconditions"]?["resourceVersion"]?.stringValue,
            dryRun: try query.dryRun(kind: "DeleteOptions"),
            term: try LeaderTerm(request.http.headers))
        switch body["dryRun"]?.arrayValue {
        case nil, []?: break
        case ["All"]?: options.dryRun = true
        case let other?:
            throw .invalidOptions(
                "DeleteOptions", field: "dryRun", "FieldValueNotSupported",
                "Unsupported value: \(JSONValue.array(other).encodedString()): supported values: \"All\"")
        }
        let orphans = body["orphanDependents"]?.boolValue ?? query.flag("orphanDependents")
        if orphans != nil, body["propagationPolicy"]?.stringValue ?? query.nonEmpty("propagationPolicy") != nil {
            throw .invalidOptions(
                "DeleteOptions", field: "propagationPolicy", "FieldValueInvalid",
                "Invalid value: orphanDependents and deletionPropagation cannot be both set")
        }
        options.propagation = orphans.map { $0 ? .orphan : .background }
        if let text = body["propagationPolicy"]?.stringValue ?? query.nonEmpty("propagationPolicy") {
            guard let propagation = DeleteOptions.Propagation(rawValue: text) else {
                throw .invalidOptions(
                    "DeleteOptions", field: "propagationPolicy", "FieldValueNotSupported",
                    "Unsupported value: \"\(text)\": supported values: \"Background\", \"Foreground\", \"Orphan\"")
            }
            options.propagation = propagation
        }
        return options
    }
}
