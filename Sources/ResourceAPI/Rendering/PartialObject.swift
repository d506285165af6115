public import JSON

/// Objects reduced to their metadata: `meta.k8s.io/v1` PartialObjectMetadata, which garbage collectors and caches ask for.
public enum PartialObject {
    public static let apiVersion = "meta.k8s.io/v1"

    public static func json(of object: JSONValue) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": "PartialObjectMetadata",
            "metadata": object["metadata"] ?? .object(JSONObject()),
        ]
    }

    public static func json(of list: ObjectList) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": "PartialObjectMetadataList", "metadata": list.metadata,
            "items": .array(list.items.map(json)),
        ]
    }
}
