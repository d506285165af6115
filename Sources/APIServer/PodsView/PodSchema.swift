import InfraAPI

/// The members that the Pods of the view have: for OpenAPI, and so for `kubectl explain`.
enum PodSchema {
    static let schema = record(
        "An Instance, as Kubernetes' clients know such a thing. It is shown and cannot be changed: an Instance is replaced, "
            + "never edited.",
        [
            ("metadata", .any("Standard object metadata: that of the Instance.")),
            ("spec", spec), ("status", status),
        ])

    private static let spec = record(
        "What runs, from the Revision that the Instance was made from.",
        [
            ("containers", .list("The one container, named after the set.", of: container)),
            ("nodeName", .text("The Provider that runs it.")),
            ("restartPolicy", .text("Always Never: what ended is replaced by another Instance.")),
            ("terminationGracePeriodSeconds", .number("How long it may take to end after it was asked to.")),
            ("hostNetwork", .flag("Whether it shares the network of its host.")),
            ("volumes", .list("The volumes of its slot, named after their claims.", of: .any("One volume."))),
        ])

    private static let container = record(
        "The container.",
        [
            ("name", .text("Name of the set.")), ("image", .text("The image as the manifest names it.")),
            ("command", .list("In place of the image's entry point.", of: .text("A word."))),
            ("args", .list("Arguments.", of: .text("A word."))),
            ("workingDir", .text("Where it is started.")),
            ("env", .list("Its environment; of values from Secrets the reference.", of: .any("One variable."))),
            ("ports", .list("What it listens on.", of: .any("One port."))),
            ("volumeMounts", .list("Where its volumes are.", of: .any("One mount."))),
            ("resources", .any("Its limits of cpu and memory.")),
            ("readinessProbe", .any("When it counts as ready.")),
            ("livenessProbe", .any("When it is replaced.")),
            ("securityContext", .any("Whether its root file system can be written to.")),
        ])

    private static let status = record(
        "What is known of it.",
        [
            ("phase", .text("Pending, Running, Succeeded or Failed.")),
            ("conditions", .list("PodScheduled, Initialized, ContainersReady and Ready.", of: .any("One condition."))),
            ("containerStatuses", .list("The one container's state.", of: .any("One container's state."))),
            ("podIP", .text("Where it is reached.")), ("startTime", .text("When it was made (RFC 3339).")),
            ("reason", .text("Why it failed or waits.")), ("message", .text("The same, in a sentence.")),
        ])

    private static func record(_ description: String, _ members: [(String, Schema)]) -> Schema {
        Schema(.object(ObjectSchema(members.map { SchemaProperty($0.0, $0.1) })), description: description)
    }
}

extension Schema {
    private static let maxLength = 4_096
    private static let maxItems = 1_024

    fileprivate static func any(_ description: String) -> Schema { Schema(.any, description: description) }
    fileprivate static func flag(_ description: String) -> Schema { Schema(.boolean, description: description) }
    fileprivate static func number(_ description: String) -> Schema {
        Schema(.integer(0...Int(Int32.max)), description: description)
    }
    fileprivate static func text(_ description: String) -> Schema {
        Schema(.string(StringSchema(maxLength: maxLength)), description: description)
    }
    fileprivate static func list(_ description: String, of items: Schema) -> Schema {
        Schema(.list(ListSchema(items: items, kind: .atomic, maxItems: maxItems)), description: description)
    }
}
