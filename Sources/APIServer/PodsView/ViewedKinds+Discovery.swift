import InfraAPI
import JSON

// What discovery lists of the view: reading, and nothing else.
extension ViewedKinds {
    private struct Subresource {
        let name: String
        let verbs: JSONValue
    }

    private static let verbs: JSONValue = ["get", "list", "watch"]
    private static let podSubresources = [
        Subresource(name: "exec", verbs: ["create", "get"]), Subresource(name: "log", verbs: ["get"]),
    ]

    /// `GET /api/v1` with the view's resources.
    static func adding(toPlain list: JSONValue) -> JSONValue {
        var list = list
        var resources = list["resources"]?.arrayValue ?? []
        for type in all {
            resources.append([
                "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": true,
                "kind": .string(type.kind), "verbs": verbs, "shortNames": .array(type.shortNames.map { .string($0) }),
                "categories": .array(type.categories.map { .string($0) }),
            ])
            for subresource in type == pod ? podSubresources : [] {
                resources.append([
                    "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "", "namespaced": true,
                    "kind": .string(type.kind), "verbs": subresource.verbs,
                ])
            }
        }
        list["resources"] = .array(resources)
        return list
    }

    /// `GET /api`, aggregated, with the view's resources.
    static func adding(toAggregated document: JSONValue) -> JSONValue {
        var document = document
        guard var group = document["items"]?.arrayValue?.first, var version = group["versions"]?.arrayValue?.first
        else {
            return document
        }
        let added = all.map { type -> JSONValue in
            let kind: JSONValue = [
                "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
            ]
            var resource: JSONValue = [
                "resource": .string(type.plural), "singularResource": .string(type.singular), "responseKind": kind,
                "scope": "Namespaced", "verbs": verbs, "shortNames": .array(type.shortNames.map { .string($0) }),
                "categories": .array(type.categories.map { .string($0) }),
            ]
            if type == pod {
                resource["subresources"] = .array(
                    podSubresources.map { subresource in
                        [
                            "subresource": .string(subresource.name), "verbs": subresource.verbs, "responseKind": kind,
                        ]
                    })
            }
            return resource
        }
        version["resources"] = .array((version["resources"]?.arrayValue ?? []) + added)
        group["versions"] = [version]
        document["items"] = [group]
        return document
    }
}
