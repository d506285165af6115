public import InfraAPI
public import JSON

/// Our kinds as a Kubernetes API server is taught them.
public enum CustomResourceDefinitions {
    /// SHA-256 of the definition without this annotation: by it a controller knows whether what is installed is its own.
    public static let hashAnnotation = "imm.dev/schema-hash"

    /// The kinds of our group. Not the RoleBinding: on Kubernetes rights are RBAC's.
    public static let kinds = ResourceTypes.all.filter {
        $0.group == InstanceSet.resourceType.group && $0 != RoleBinding.resourceType
    }
}

extension ResourceType {
    /// The kind as a CustomResourceDefinition of `apiextensions.k8s.io/v1`.
    public var customResourceDefinition: JSONValue {
        var definition: JSONValue = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string(qualifiedName)],
            "spec": [
                "group": .string(group), "names": names, "scope": namespaced ? "Namespaced" : "Cluster",
                "versions": [servedVersion],
            ],
        ]
        let hash = ContentHash.hexadecimal(of: definition.canonicalBytes())
        definition[path: ["metadata", "annotations"]] = [CustomResourceDefinitions.hashAnnotation: .string(hash)]
        return definition
    }

    private var names: JSONValue {
        var names: JSONValue = [
            "kind": .string(kind), "listKind": .string("\(kind)List"), "plural": .string(plural),
            "singular": .string(singular),
        ]
        if !categories.isEmpty { names["categories"] = .array(categories.map(JSONValue.string)) }
        if !shortNames.isEmpty { names["shortNames"] = .array(shortNames.map(JSONValue.string)) }
        return names
    }

    private var servedVersion: JSONValue {
        var version: JSONValue = [
            "name": .string(version), "served": true, "storage": true,
            "schema": ["openAPIV3Schema": openAPI(.customResource).withUnobservedStatus],
        ]
        let columns = printerColumns.compactMap(\.customResourceColumn)
        if !columns.isEmpty { version["additionalPrinterColumns"] = .array(columns) }
        var served: JSONValue = [:]
        if subresources.status { served["status"] = [:] }
        if let scale = subresources.scale {
            served["scale"] = [
                "specReplicasPath": .string(scale.specReplicasPath.description),
                "statusReplicasPath": .string(scale.statusReplicasPath.description),
                "labelSelectorPath": .string(scale.labelSelectorPath.description),
            ]
        }
        if served != [:] { version["subresources"] = served }
        return version
    }
}

extension JSONValue {
    /// The schema of a kind whose new objects say that nobody has looked at them: tools that read kstatus would take a status
    /// without an observed generation for one of the present generation.
    fileprivate var withUnobservedStatus: JSONValue {
        let generation = ["properties", "status", "properties", "observedGeneration"]
        guard self[path: generation] != nil else { return self }
        var schema = self
        schema[path: generation + ["minimum"]] = -1
        schema[path: ["properties", "status", "default"]] = ["observedGeneration": -1]
        return schema
    }
}

extension PrinterColumn {
    /// nil where JSONPath cannot say it: counts.
    fileprivate var customResourceColumn: JSONValue? {
        let path: ObjectPath
        switch source {
        case .path(let only): path = only
        case .first(let paths), .joined(let paths, _):
            guard let first = paths.first else { return JSONValue?.none }
            path = first
        case .count: return JSONValue?.none
        }
        var column: JSONValue = [
            "name": .string(name), "type": .string(type.rawValue), "jsonPath": .string(path.description),
            "description": .string(description),
        ]
        if priority > 0 { column["priority"] = .int(Int64(priority)) }
        return column
    }
}
