public import InfraAPI
public import JSON

extension ResourceType {
    /// The schema of whole objects of the kind.
    public func openAPI(_ dialect: SchemaDialect) -> JSONValue {
        var json = schema.openAPI(dialect)
        switch dialect {
        case .document:
            let description = schema.property("metadata")?.schema.description ?? ""
            json[path: ["properties", "metadata"]] = [
                "allOf": [["$ref": .string(SharedSchemas.reference(SharedSchemas.objectMeta))]], "default": [:],
                "description": .string(description),
            ]
            json["x-kubernetes-group-version-kind"] = [groupVersionKind]
        case .customResource:
            json[path: ["properties", "metadata"]] = ["type": "object"]
        }
        return json
    }

    /// The schema of a list of the kind, for documents.
    public var listOpenAPI: JSONValue {
        [
            "type": "object", "description": .string("A list of \(kind) objects."), "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string", "description": "Group and version of the kind."],
                "kind": ["type": "string", "description": "Name of the kind."],
                "metadata": [
                    "allOf": [["$ref": .string(SharedSchemas.reference(SharedSchemas.listMeta))]], "default": [:],
                    "description": "Version and continuation of the list.",
                ],
                "items": [
                    "type": "array", "description": "The objects.",
                    "items": ["allOf": [["$ref": .string(SharedSchemas.reference(openAPIName))]], "default": [:]],
                ],
            ],
            "x-kubernetes-group-version-kind": [
                ["group": .string(group), "kind": .string("\(kind)List"), "version": .string(version)]
            ],
        ]
    }

    /// The name of the kind's component: `dev.imm.v1alpha1.InstanceSet`, `io.k8s.api.core.v1.Secret`.
    public var openAPIName: String {
        if group.isEmpty { return "io.k8s.api.core.\(version).\(kind)" }
        if group.hasSuffix(".k8s.io") {
            return "io.k8s.api.\(group.dropLast(".k8s.io".count)).\(version).\(kind)"
        }
        return group.split(separator: ".").reversed().joined(separator: ".") + ".\(version).\(kind)"
    }

    public var groupVersionKind: JSONValue {
        ["group": .string(group), "kind": .string(kind), "version": .string(version)]
    }
}
