import InfraAPI
import JSON
import OpenAPI
import ResourceAPI

/// The OpenAPI v3 document of one group and version: what `kubectl explain` prints, and by whose PATCH operations
/// kubectl learns that the server validates fields and knows dry runs.
enum OpenAPIDocument {
    /// - Parameters:
    ///   - viewed: kinds that are shown beside those that are stored, and can only be read.
    ///   - path: where the version is served: `api/v1`, `apis/GROUP/VERSION`.
    static func json(
        of version: ServedGroup.Version, viewed: [ResourceType], at path: String, immVersion: String
    ) -> JSONValue {
        var paths: [(String, JSONValue)] = []
        for type in version.types { paths += OpenAPIPaths(type, below: "/" + path).all }
        for type in viewed { paths += OpenAPIPaths(type, below: "/" + path).reading }
        return [
            "openapi": "3.0.0", "info": ["title": "imm", "version": .string(immVersion)],
            "paths": .object(JSONObject(paths)),
            "components": ["schemas": .object(JSONObject(components(version.types + viewed)))],
        ]
    }

    private static func components(_ types: [ResourceType]) -> [(String, JSONValue)] {
        let own = types.flatMap { type in
            [
                (type.openAPIName, type.openAPI(.document)), (type.openAPIName + "List", type.listOpenAPI),
            ]
        }
        return own + SharedSchemas.components.map { ($0.name, $0.schema) }
    }
}

/// The paths of one kind.
private struct OpenAPIPaths {
    private let type: ResourceType
    private let root: String

    init(_ type: ResourceType, below root: String) {
        self.type = type
        self.root = root
    }

    var all: [(String, JSONValue)] {
        let scope = type.namespaced ? "\(root)/namespaces/{namespace}/\(type.plural)" : "\(root)/\(type.plural)"
        var paths = [(scope, collection), ("\(scope)/{name}", object)]
        if type.namespaced {
            paths.append(("\(root)/\(type.plural)", ["get": operation("list", "List objects in all namespaces.")]))
        }
        for subresource in ServedSubresource.list(type) {
            paths.append(("\(scope)/{name}/\(subresource.name)", item(subresource)))
        }
        return paths
    }

    /// Those of a kind that cannot be written.
    var reading: [(String, JSONValue)] {
        let scope = "\(root)/namespaces/{namespace}/\(type.plural)"
        let list = operation("list", "List or watch objects.")
        return [
            (scope, ["parameters": .array(place), "get": list]),
            (
                "\(scope)/{name}",
                ["parameters": .array(place + [name]), "get": operation("get", "Read an object.")]
            ), ("\(root)/\(type.plural)", ["get": list]),
        ]
    }

    private var place: [JSONValue] {
        type.namespaced ? [OpenAPIParameter.path("namespace", "Namespace of the object.")] : []
    }

    private var name: JSONValue { OpenAPIParameter.path("name", "Name of the object.") }

    private var collection: JSONValue {
        [
            "parameters": .array(place),
            "get": operation("list", "List or watch objects."),
            "post": operation("post", "Create an object.", body: .json),
            "delete": operation("deletecollection", "Delete the objects that the selectors show.", body: .options),
        ]
    }

    private var object: JSONValue {
        [
            "parameters": .array(place + [name]),
            "get": operation("get", "Read an object."),
            "put": operation("put", "Replace an object.", body: .json),
            "patch": operation("patch", "Change parts of an object.", body: patches(nil)),
            "delete": operation("delete", "Delete an object.", body: .options),
        ]
    }

    private func item(_ subresource: ServedSubresource) -> JSONValue {
        var item: JSONValue = ["parameters": .array(place + [name])]
        for verb in subresource.verbs {
            switch verb {
            case "get": item["get"] = operation("get", "Read \(subresource.name).", subresource)
            case "create": item["post"] = operation("post", "Ask for \(subresource.name).", subresource, body: .json)
            case "update": item["put"] = operation("put", "Replace \(subresource.name).", subresource, body: .json)
            case "patch":
                let body = patches(Subresource(rawValue: subresource.name))
                item["patch"] = operation("patch", "Change \(subresource.name).", subresource, body: body)
            default: break
            }
        }
        return item
    }

    /// Strategic merge patches are left out: a client that reads of them here would work them out from these schemas,
    /// and does better from the rules that it was compiled with.
    private func patches(_ subresource: Subresource?) -> OpenAPIBody {
        .patch(PatchType.all(for: type, subresource).filter { $0 != .strategic })
    }

    private func operation(
        _ action: String, _ description: String, _ subresource: ServedSubresource? = nil,
        body: OpenAPIBody? = nil
    ) -> JSONValue {
        let isScale = subresource?.kind == ScaleObject.kind
        let schema = isScale ? SharedSchemas.scale : type.openAPIName
        let answer = action == "list" ? type.openAPIName + "List" : schema
        var kind = type.groupVersionKind
        if let subresource {
            kind = [
                "group": .string(subresource.group), "kind": .string(subresource.kind),
                "version": .string(subresource.version),
            ]
        }
        var operation: JSONValue = [
            "operationId": .string("\(action)\(type.kind)\((subresource?.name ?? "").capitalizedWord)"),
            "description": .string(description), "tags": [.string(type.apiVersion)],
            "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": kind,
            "responses": ["200": ["description": "OK", "content": OpenAPIBody.content(["application/json"], answer)]],
        ]
        let parameters = OpenAPIParameter.query(action)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body { operation["requestBody"] = body.json(schema) }
        return operation
    }
}

/// What the body of a request may be.
private enum OpenAPIBody {
    case json, options
    case patch([PatchType])

    func json(_ schema: String) -> JSONValue {
        switch self {
        case .json: ["required": true, "content": OpenAPIBody.content(["application/json"], schema)]
        case .options: ["content": OpenAPIBody.content(["application/json"], SharedSchemas.deleteOptions)]
        case .patch(let types):
            ["required": true, "content": OpenAPIBody.content(types.map(\.rawValue), SharedSchemas.patch)]
        }
    }

    static func content(_ types: [String], _ schema: String) -> JSONValue {
        let schema: JSONValue = ["schema": ["$ref": .string(SharedSchemas.reference(schema))]]
        return .object(JSONObject(types.map { ($0, schema) }))
    }
}

extension String {
    /// With a capital first letter.
    fileprivate var capitalizedWord: String { prefix(1).uppercased() + dropFirst() }
}
