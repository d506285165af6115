import InfraAPI
public import JSON

/// The components that documents of every group share, under Kubernetes' names for them.
public enum SharedSchemas {
    public static let objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    public static let listMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"
    public static let status = "io.k8s.apimachinery.pkg.apis.meta.v1.Status"
    public static let deleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"
    public static let patch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"
    public static let scale = "io.k8s.api.autoscaling.v1.Scale"

    public static func reference(_ name: String) -> String { "#/components/schemas/\(name)" }

    /// Name -> schema.
    public static let components: [(name: String, schema: JSONValue)] = [
        (scale, scaleSchema),
        (deleteOptions, deleteOptionsSchema),
        (listMeta, listMetaSchema),
        (objectMeta, objectMetaSchema),
        (patch, ["type": "object", "description": "A patch; its form depends on the media type."]),
        (status, statusSchema),
    ]

    private static let objectMetaSchema: JSONValue = {
        var schema = Schema(.object(ObjectSchema(ObjectMeta.fields.map(\.property))))
        schema.description = "Standard metadata of an object."
        return schema.openAPI(.document)
    }()

    private static let listMetaSchema: JSONValue = object(
        "Standard metadata of a list.",
        [
            ("continue", string("Token by which the next page is asked for; empty on the last one.")),
            ("remainingItemCount", integer("How many objects are on the pages to come, where that is known.")),
            ("resourceVersion", string("Store version of the snapshot; a watch goes on from it.")),
        ])

    private static let statusSchema: JSONValue = object(
        "What became of a request that returns no object.",
        [
            ("apiVersion", string("v1")), ("kind", string("Status")), ("code", integer("HTTP status code.")),
            ("details", ["type": "object", "description": "Which object, and the causes by field."]),
            ("message", string("A sentence for people.")),
            ("metadata", ["$ref": .string(reference(listMeta))]),
            ("reason", string("A word for programs.")), ("status", string("Success or Failure.")),
        ])

    private static let deleteOptionsSchema: JSONValue = object(
        "How to delete.",
        [
            ("apiVersion", string("v1")), ("kind", string("DeleteOptions")),
            ("dryRun", ["type": "array", "items": ["type": "string"], "description": "All: nothing is stored."]),
            ("gracePeriodSeconds", integer("Accepted and not used: nothing here waits for a time.")),
            ("orphanDependents", ["type": "boolean", "description": "Older form of propagationPolicy."]),
            (
                "preconditions",
                object(
                    "What must hold, or else nothing is deleted (409).",
                    [("resourceVersion", string("Version of the object.")), ("uid", string("uid of the object."))])
            ),
            ("propagationPolicy", string("What becomes of owned objects: Background, Foreground or Orphan.")),
        ])

    private static let scaleSchema: JSONValue = {
        var schema = object(
            "How many replicas there should be, and are.",
            [
                ("apiVersion", string("autoscaling/v1")), ("kind", string("Scale")),
                ("metadata", ["$ref": .string(reference(objectMeta))]),
                ("spec", object("What is desired.", [("replicas", integer("Number of replicas."))])),
                (
                    "status",
                    object(
                        "What is.",
                        [("replicas", integer("Number of replicas.")), ("selector", string("Label selector of them."))])
                ),
            ])
        schema["x-kubernetes-group-version-kind"] = [["group": "autoscaling", "kind": "Scale", "version": "v1"]]
        return schema
    }()

    private static func object(_ description: String, _ properties: [(String, JSONValue)]) -> JSONValue {
        [
            "type": "object", "description": .string(description),
            "properties": .object(JSONObject(properties)),
        ]
    }

    private static func string(_ description: String) -> JSONValue {
        ["type": "string", "description": .string(description)]
    }

    private static func integer(_ description: String) -> JSONValue {
        ["type": "integer", "format": "int64", "description": .string(description)]
    }
}
