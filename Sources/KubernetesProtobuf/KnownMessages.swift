/// The kinds of Kubernetes' own that are served here, by the field numbers that Kubernetes publishes (`generated.proto`
/// of each API group).
enum KnownMessages {
    /// nil: not in the table. DeleteOptions exist in every group.
    static func table(apiVersion: String, kind: String) -> MessageTable? {
        if kind == "DeleteOptions" { return deleteOptions }
        return all["\(apiVersion) \(kind)"]
    }

    private static let all: [String: MessageTable] = [
        "v1 Namespace": namespace, "v1 Secret": secret, "v1 Event": event, "events.k8s.io/v1 Event": eventsEvent,
        "coordination.k8s.io/v1 Lease": lease,
        "authorization.k8s.io/v1 SelfSubjectAccessReview": selfSubjectAccessReview,
        "authorization.k8s.io/v1 SelfSubjectRulesReview": selfSubjectRulesReview,
        "authentication.k8s.io/v1 SelfSubjectReview": selfSubjectReview,
    ]

    // meta/v1

    private static let deleteOptions = MessageTable([
        .init(1, "gracePeriodSeconds", .integer, .optional),
        .init(
            2, "preconditions",
            .message(
                MessageTable([.init(1, "uid", .string, .optional), .init(2, "resourceVersion", .string, .optional)]))),
        .init(3, "orphanDependents", .flag, .optional), .init(4, "propagationPolicy", .string, .optional),
        .init(5, "dryRun", .string, .repeated),
    ])

    private static let metadata = MessageTable.Field(
        1, "metadata",
        .message(
            MessageTable([
                .init(1, "name"), .init(2, "generateName"), .init(3, "namespace"), .init(4, "selfLink"),
                .init(5, "uid"), .init(6, "resourceVersion"), .init(7, "generation", .integer),
                .init(8, "creationTimestamp", .time), .init(9, "deletionTimestamp", .time),
                .init(10, "deletionGracePeriodSeconds", .integer, .optional), .init(11, "labels", .stringMap),
                .init(12, "annotations", .stringMap), .init(13, "ownerReferences", .message(ownerReference), .repeated),
                .init(14, "finalizers", .string, .repeated),
                .init(17, "managedFields", .message(managedFields), .repeated),
            ])))

    private static let ownerReference = MessageTable([
        .init(1, "kind"), .init(3, "name"), .init(4, "uid"), .init(5, "apiVersion"),
        .init(6, "controller", .flag, .optional), .init(7, "blockOwnerDeletion", .flag, .optional),
    ])

    private static let managedFields = MessageTable([
        .init(1, "manager"), .init(2, "operation"), .init(3, "apiVersion"), .init(4, "time", .time),
        .init(6, "fieldsType"), .init(7, "fieldsV1", .fields), .init(8, "subresource"),
    ])

    // core/v1

    private static let namespace = MessageTable([
        metadata, .init(2, "spec", .message(MessageTable([.init(1, "finalizers", .string, .repeated)]))),
        .init(
            3, "status",
            .message(
                MessageTable([.init(1, "phase"), .init(2, "conditions", .message(namespaceCondition), .repeated)]))),
    ])

    private static let namespaceCondition = MessageTable([
        .init(1, "type"), .init(2, "status"), .init(4, "lastTransitionTime", .time), .init(5, "reason"),
        .init(6, "message"),
    ])

    private static let secret = MessageTable([
        metadata, .init(2, "data", .bytesMap), .init(3, "type"), .init(4, "stringData", .stringMap),
        .init(5, "immutable", .flag, .optional),
    ])

    private static let objectReference = MessageTable([
        .init(1, "kind"), .init(2, "namespace"), .init(3, "name"), .init(4, "uid"), .init(5, "apiVersion"),
        .init(6, "resourceVersion"), .init(7, "fieldPath"),
    ])

    private static let eventSource = MessageTable([.init(1, "component"), .init(2, "host")])

    private static let eventSeries = MessageTable([
        .init(1, "count", .integer), .init(2, "lastObservedTime", .microTime),
    ])

    private static let event = MessageTable([
        metadata, .init(2, "involvedObject", .message(objectReference)), .init(3, "reason"), .init(4, "message"),
        .init(5, "source", .message(eventSource)), .init(6, "firstTimestamp", .time),
        .init(7, "lastTimestamp", .time), .init(8, "count", .integer), .init(9, "type"),
        .init(10, "eventTime", .microTime), .init(11, "series", .message(eventSeries)), .init(12, "action"),
        .init(13, "related", .message(objectReference)), .init(14, "reportingComponent"),
        .init(15, "reportingInstance"),
    ])

    // events.k8s.io/v1

    private static let eventsEvent = MessageTable([
        metadata, .init(2, "eventTime", .microTime), .init(3, "series", .message(eventSeries)),
        .init(4, "reportingController"), .init(5, "reportingInstance"), .init(6, "action"), .init(7, "reason"),
        .init(8, "regarding", .message(objectReference)), .init(9, "related", .message(objectReference)),
        .init(10, "note"), .init(11, "type"), .init(12, "deprecatedSource", .message(eventSource)),
        .init(13, "deprecatedFirstTimestamp", .time), .init(14, "deprecatedLastTimestamp", .time),
        .init(15, "deprecatedCount", .integer),
    ])

    // coordination.k8s.io/v1

    private static let lease = MessageTable([
        metadata,
        .init(
            2, "spec",
            .message(
                MessageTable([
                    .init(1, "holderIdentity", .string, .optional),
                    .init(2, "leaseDurationSeconds", .integer, .optional), .init(3, "acquireTime", .microTime),
                    .init(4, "renewTime", .microTime), .init(5, "leaseTransitions", .integer, .optional),
                    .init(6, "strategy", .string, .optional), .init(7, "preferredHolder", .string, .optional),
                ]))),
    ])

    // authorization.k8s.io/v1 and authentication.k8s.io/v1

    private static let selfSubjectAccessReview = MessageTable([
        metadata,
        .init(
            2, "spec",
            .message(
                MessageTable([
                    .init(1, "resourceAttributes", .message(resourceAttributes)),
                    .init(
                        2, "nonResourceAttributes", .message(MessageTable([.init(1, "path"), .init(2, "verb")]))),
                ]))),
        .init(
            3, "status",
            .message(
                MessageTable([
                    .init(1, "allowed", .flag), .init(2, "reason"), .init(3, "evaluationError"),
                    .init(4, "denied", .flag),
                ]))),
    ])

    private static let resourceAttributes = MessageTable([
        .init(1, "namespace"), .init(2, "verb"), .init(3, "group"), .init(4, "version"), .init(5, "resource"),
        .init(6, "subresource"), .init(7, "name"), .init(8, "fieldSelector", .message(selectorAttributes)),
        .init(9, "labelSelector", .message(selectorAttributes)),
    ])

    private static let selectorAttributes = MessageTable([
        .init(1, "rawSelector"),
        .init(
            2, "requirements",
            .message(
                MessageTable([.init(1, "key"), .init(2, "operator"), .init(3, "values", .string, .repeated)])),
            .repeated),
    ])

    private static let selfSubjectRulesReview = MessageTable([
        metadata, .init(2, "spec", .message(MessageTable([.init(1, "namespace")]))),
        .init(
            3, "status",
            .message(MessageTable([.init(3, "incomplete", .flag), .init(4, "evaluationError")]))),
    ])

    /// What the server fills in of it is not read.
    private static let selfSubjectReview = MessageTable([metadata])
}
