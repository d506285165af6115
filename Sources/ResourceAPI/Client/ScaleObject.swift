public import InfraAPI
public import JSON

/// The scale subresource as `autoscaling/v1` Scale.
public enum ScaleObject {
    public static let apiVersion = "autoscaling/v1"
    public static let kind = "Scale"

    /// The Scale of an object; nil when its kind has none.
    public static func json(of object: JSONValue, _ type: ResourceType) -> JSONValue? {
        guard let scale = type.subresources.scale else { return nil }
        var metadata = JSONObject()
        for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[name] = object["metadata"]?[name]
        }
        var status = JSONObject([("replicas", scale.statusReplicasPath.value(in: object) ?? 0)])
        if let selector = scale.labelSelectorPath.value(in: object) { status["selector"] = selector }
        return [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": .object(metadata),
            "spec": ["replicas": scale.specReplicasPath.value(in: object) ?? 0], "status": .object(status),
        ]
    }
}
