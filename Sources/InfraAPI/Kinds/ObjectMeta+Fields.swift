import Ambient
import JSON

extension ObjectMeta: SchemaRecord {
    public static let fields: [Field<ObjectMeta>] = [
        .plain(
            "name", \.name, .string(.dns1123Subdomain, maximum: 253),
            "Unique among the objects of its kind and namespace."),
        .plain("generateName", \.generateName, .string(maximum: 253), "Prefix of a name that the server chooses."),
        .plain("namespace", \.namespace, .string(.dns1123Label, maximum: 63), "Empty for cluster-scoped kinds."),
        .plain("uid", \.uid, .string(maximum: 128), "Unique in time and space; set by the server."),
        .plain("resourceVersion", \.resourceVersion, .string(maximum: 64), "Store version of the last write; opaque."),
        .sparse("generation", \.generation, .counter, "Grows with each change outside metadata and status."),
        .optional("creationTimestamp", \.creationTimestamp, .time, "Set by the server."),
        .optional("deletionTimestamp", \.deletionTimestamp, .time, "When deletion was asked for; set by the server."),
        .optional(
            "deletionGracePeriodSeconds", \.deletionGracePeriodSeconds, .counter, "Seconds; set by the server."),
        .plain("labels", \.labels, .labels, "What selectors look at."),
        .plain("annotations", \.annotations, .annotations, "Anything else that tools keep with the object."),
        .plain(
            "finalizers", \.finalizers, .list(of: .string(.labelKey, minimum: 1, maximum: 317), .set, maximum: 100),
            "The object stays until this list is empty."),
        .plain(
            "ownerReferences", \.ownerReferences, .list(of: .record, .map(keys: ["uid"]), maximum: 100),
            "The object is deleted when all its owners are gone."),
        .plain(
            "managedFields", \.managedFields, .list(of: .raw, .atomic, maximum: 1000),
            "Which manager owns which field; kept by the server."),
        .unread("selfLink", .string(maximum: 1024), "Not used; older clients send it."),
    ]
}

extension OwnerReference: SchemaRecord {
    public static let fields: [Field<OwnerReference>] = [
        .required("apiVersion", \.apiVersion, .string(minimum: 1, maximum: 317), "Group and version of the owner."),
        .required("kind", \.kind, .string(minimum: 1, maximum: 63), "Kind of the owner."),
        .required("name", \.name, .objectName, "Name of the owner, in the same namespace or cluster-scoped."),
        .required("uid", \.uid, .string(minimum: 1, maximum: 128), "uid of the owner."),
        .optional("controller", \.controller, .bool, "Whether this owner is the managing controller."),
        .optional(
            "blockOwnerDeletion", \.blockOwnerDeletion, .bool,
            "Whether the owner stays until this object is gone, when it is deleted in the foreground."),
    ]
}

extension Condition: SchemaRecord {
    public static let fields: [Field<Condition>] = [
        .required("type", \.type, .string(.labelKey, minimum: 1, maximum: 316), "Name of the condition."),
        .required("status", \.status, .enumeration, "True, False or Unknown."),
        .optional(
            "observedGeneration", \.observedGeneration, .counter, "metadata.generation that the condition speaks of."),
        .required("lastTransitionTime", \.lastTransitionTime, .time, "When status last changed."),
        .required("reason", \.reason, .reasonCode, "A reason code in CamelCase."),
        .plain("message", \.message, .message, "A sentence for people."),
    ]
}

extension Codec where Value == [Condition] {
    static var conditions: Codec { .list(of: .record, .map(keys: ["type"]), maximum: 32) }
}
