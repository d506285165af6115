public import InfraAPI
import JSON

/// The kinds of a Kubernetes API server that was taught ours: ours as their CustomResourceDefinitions have them, with none of the
/// checks that imm's own server adds, and the Kubernetes kinds that imm meets there, as plain writable ones.
public enum ClusterKinds {
    public static let table = KindTable(custom + builtIn, views: ResourceTypes.views)

    public static let pod = plain(
        "", "Pod", "pods", short: ["po"], fields: ["spec"], status: true)
    public static let persistentVolumeClaim = plain(
        "", "PersistentVolumeClaim", "persistentvolumeclaims", short: ["pvc"], fields: ["spec"], status: true)
    public static let persistentVolume = plain(
        "", "PersistentVolume", "persistentvolumes", short: ["pv"], fields: ["spec"], isNamespaced: false, status: true)
    public static let node = plain(
        "", "Node", "nodes", short: ["no"], fields: ["spec"], isNamespaced: false, status: true)
    public static let service = plain(
        "", "Service", "services", short: ["svc"], fields: ["spec"], status: true)
    public static let configMap = plain(
        "", "ConfigMap", "configmaps", short: ["cm"], fields: ["data", "binaryData", "immutable"], status: false)
    public static let volumeAttachment = plain(
        "storage.k8s.io", "VolumeAttachment", "volumeattachments", fields: ["spec"], isNamespaced: false, status: true)
    public static let storageClass = plain(
        "storage.k8s.io", "StorageClass", "storageclasses", short: ["sc"],
        fields: [
            "provisioner", "parameters", "reclaimPolicy", "mountOptions", "allowVolumeExpansion", "volumeBindingMode",
            "allowedTopologies",
        ], isNamespaced: false, status: false)
    public static let podDisruptionBudget = plain(
        "policy", "PodDisruptionBudget", "poddisruptionbudgets", short: ["pdb"], fields: ["spec"], status: true)
    public static let customResourceDefinition = plain(
        "apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", short: ["crd"],
        fields: ["spec"], isNamespaced: false, status: true)

    private static let builtIn = [
        Namespace.resourceType, Secret.resourceType, Event.resourceType, Lease.resourceType, pod, persistentVolumeClaim,
        persistentVolume, node, service, configMap, volumeAttachment, storageClass, podDisruptionBudget,
        customResourceDefinition,
    ]

    private static let custom = ResourceTypes.all.filter { $0.group == InstanceSet.resourceType.group }.map { type in
        ResourceType(
            group: type.group, version: type.version, kind: type.kind, plural: type.plural, shortNames: type.shortNames,
            categories: type.categories, namespaced: type.namespaced, subresources: type.subresources,
            schema: type.schema.replacing("status") { $0.replacing("observedGeneration", withUnobserved) },
            printerColumns: type.printerColumns, writtenBy: type.writtenBy)
    }

    /// -1: nobody has looked at the object yet; see `ResourceType.customResourceDefinition`.
    private static func withUnobserved(_ schema: Schema) -> Schema {
        var schema = schema
        if case .integer(let range) = schema.type { schema.type = .integer(-1...range.upperBound) }
        return schema
    }

    private static func plain(
        _ group: String, _ kind: String, _ plural: String, short: [String] = [], fields: [String],
        isNamespaced: Bool = true, status: Bool
    ) -> ResourceType {
        let shared = Lease.resourceType.schema.properties.filter {
            ["apiVersion", "kind", "metadata"].contains($0.name)
        }
        let own = (fields + (status ? ["status"] : [])).map { SchemaProperty($0, Schema(.any)) }
        return ResourceType(
            group: group, version: "v1", kind: kind, plural: plural, shortNames: short, namespaced: isNamespaced,
            subresources: .init(status: status), schema: Schema(.object(ObjectSchema(shared + own))))
    }
}

extension Schema {
    /// The schema with one property's made anew.
    fileprivate func replacing(_ name: String, _ change: (Schema) -> Schema) -> Schema {
        guard case .object(let object) = type else { return self }
        var schema = self
        schema.type = .object(
            ObjectSchema(
                object.properties.map { property in
                    var property = property
                    if property.name == name { property.schema = change(property.schema) }
                    return property
                }))
        return schema
    }
}
