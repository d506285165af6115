import InfraAPI
import JSON
import ResourceAPI

/// A subresource as discovery shows it.
struct ServedSubresource: Sendable {
    let name: String
    let group: String
    let version: String
    let kind: String
    let verbs: [String]

    static let objectVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    static func list(_ type: ResourceType) -> [ServedSubresource] {
        var list: [ServedSubresource] = []
        if type.subresources.status {
            list.append(
                ServedSubresource(
                    name: "status", group: type.group, version: type.version, kind: type.kind,
                    verbs: ["get", "patch", "update"]))
        }
        if type.subresources.scale != nil {
            list.append(
                ServedSubresource(
                    name: "scale", group: "autoscaling", version: "v1", kind: ScaleObject.kind,
                    verbs: ["get", "patch", "update"]))
        }
        if type == Instance.resourceType {
            list.append(
                ServedSubresource(
                    name: "log", group: type.group, version: type.version, kind: type.kind, verbs: ["get"]))
            list.append(
                ServedSubresource(
                    name: "exec", group: type.group, version: type.version, kind: type.kind, verbs: ["create", "get"]))
        }
        if type == InstanceSet.resourceType {
            list.append(
                ServedSubresource(
                    name: "plan", group: type.group, version: type.version, kind: type.kind, verbs: ["create"]))
        }
        if type == ProviderObject.resourceType {
            list.append(
                ServedSubresource(
                    name: "images", group: type.group, version: type.version, kind: type.kind,
                    verbs: ["create", "delete", "get", "update"]))
        }
        return list
    }
}

/// The entries of an APIResourceList.
enum PlainResource {
    /// The resource and its subresources.
    static func list(_ type: ResourceType) -> [JSONValue] {
        var resource: JSONValue = [
            "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.namespaced),
            "kind": .string(type.kind), "verbs": .strings(ServedSubresource.objectVerbs),
        ]
        if !type.shortNames.isEmpty { resource["shortNames"] = .strings(type.shortNames) }
        if !type.categories.isEmpty { resource["categories"] = .strings(type.categories) }
        return [resource] + ServedSubresource.list(type).map { json($0, of: type) }
    }

    private static func json(_ subresource: ServedSubresource, of type: ResourceType) -> JSONValue {
        var json: JSONValue = [
            "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
            "namespaced": .bool(type.namespaced), "kind": .string(subresource.kind),
            "verbs": .strings(subresource.verbs),
        ]
        if subresource.group != type.group {
            json["group"] = .string(subresource.group)
            json["version"] = .string(subresource.version)
        }
        return json
    }
}

/// The entries of an APIGroupDiscoveryList.
enum AggregatedResource {
    static func json(_ type: ResourceType) -> JSONValue {
        var resource: JSONValue = [
            "resource": .string(type.plural), "singularResource": .string(type.singular),
            "responseKind": kind(type.group, type.version, type.kind),
            "scope": type.namespaced ? "Namespaced" : "Cluster", "verbs": .strings(ServedSubresource.objectVerbs),
        ]
        if !type.shortNames.isEmpty { resource["shortNames"] = .strings(type.shortNames) }
        if !type.categories.isEmpty { resource["categories"] = .strings(type.categories) }
        let subresources = ServedSubresource.list(type).map { subresource -> JSONValue in
            [
                "subresource": .string(subresource.name), "verbs": .strings(subresource.verbs),
                "responseKind": kind(subresource.group, subresource.version, subresource.kind),
            ]
        }
        if !subresources.isEmpty { resource["subresources"] = .array(subresources) }
        return resource
    }

    private static func kind(_ group: String, _ version: String, _ kind: String) -> JSONValue {
        ["group": .string(group), "version": .string(version), "kind": .string(kind)]
    }
}

extension JSONValue {
    fileprivate static func strings(_ strings: [String]) -> JSONValue { .array(strings.map(JSONValue.string)) }
}
