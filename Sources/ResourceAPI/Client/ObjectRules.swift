import InfraAPI
import JSON

/// What a write may say of an object's metadata, and what only the server says.
enum ObjectRules {
    /// Fields of metadata that stay as they are, whatever an update says.
    private static let keptMetadata = [
        "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "generation",
        "resourceVersion", "generateName",
    ]

    /// The object as a create may make it: without a status of its own, and without what only the server sets.
    static func fresh(_ object: JSONValue, _ served: ServedType) -> JSONValue {
        var object = object
        if served.hasStatus { object["status"] = served.initialStatus }
        var metadata = object["metadata"] ?? .object(JSONObject())
        for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "uid"] {
            metadata[name] = nil
        }
        if !served.type.namespaced { metadata["namespace"] = nil }
        object["metadata"] = metadata
        return object
    }

    /// The object after an update: what the request may write from `proposed`, all else from `live`.
    static func carriedOver(
        _ proposed: JSONValue, over live: JSONValue, _ subresource: Subresource?, _ served: ServedType
    ) -> JSONValue {
        if subresource == .status {
            var object = live
            object["status"] = proposed["status"]
            return object
        }
        var object = proposed
        object["apiVersion"] = live["apiVersion"]
        object["kind"] = live["kind"]
        if served.hasStatus { object["status"] = live["status"] }
        var metadata = proposed["metadata"] ?? .object(JSONObject())
        for name in keptMetadata { metadata[name] = live["metadata"]?[name] }
        metadata["selfLink"] = nil
        metadata["managedFields"] = live["metadata"]?["managedFields"]
        object["metadata"] = metadata
        return object
    }

    /// Grows `generation` when something besides metadata and status changed.
    static func countGeneration(_ object: inout JSONValue, over live: JSONValue) {
        guard !live.hasEqualContent(as: object) else { return }
        let generation = live["metadata"]?["generation"]?.intValue ?? 0
        object[path: ["metadata", "generation"]] = .int(generation + 1)
    }

    /// An object that is being deleted can lose finalizers, but gets no new ones.
    static func checkFinalizers(
        _ object: JSONValue, over live: JSONValue, _ type: ResourceType
    ) throws(APIStatus) {
        guard live.isBeingDeleted else { return }
        let before = live.finalizers
        let new = object.finalizers.filter { !before.contains($0) }
        guard !new.isEmpty else { return }
        let names = new.map { "\"\($0)\"" }.joined(separator: ", ")
        let error = FieldError(
            FieldPath([.field("metadata"), .field("finalizers")]), .forbidden,
            "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
                + "[]string{\(names)}")
        throw .invalid(type, object.metadataText("name"), [error])
    }
}

extension JSONValue {
    var finalizers: [String] { (self["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue) }

    var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"].isSet ?? false }

    /// A string of metadata; empty when it is missing.
    func metadataText(_ name: String) -> String { self["metadata"]?[name]?.stringValue ?? "" }

    var managedFields: [JSONValue]? { self["metadata"]?["managedFields"]?.arrayValue }

    /// Sets `metadata.managedFields`; an empty list is left out.
    func withManagedFields(_ entries: [JSONValue]?) -> JSONValue {
        var object = self
        if let entries, !entries.isEmpty {
            object[path: ["metadata", "managedFields"]] = .array(entries)
        } else {
            object[path: ["metadata", "managedFields"]] = nil
        }
        return object
    }
}
