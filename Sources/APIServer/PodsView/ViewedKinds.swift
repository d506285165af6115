import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

/// The kinds of Kubernetes that are shown and not stored: names and columns, for discovery and tables.
enum ViewedKinds {
    /// An Instance, as Kubernetes' clients know such a thing.
    static let pod = ResourceType(
        group: "", version: "v1", kind: "Pod", plural: "pods", shortNames: ["po"], categories: ["all"],
        schema: PodSchema.schema,
        printerColumns: [
            printed("Ready", "ready", "Whether the one container is ready."),
            printed("Status", "status", "What it does, as kubectl sums it up."),
            PrinterColumn(
                "Restarts", .integer, .path(ObjectPath(printedMember, "restarts")),
                "Always 0: what died is replaced by another instance."),
            .age,
            PrinterColumn("IP", .string, .path(ObjectPath("status", "podIP")), isWide: true, "Where it is reached."),
            PrinterColumn(
                "Node", .string, .path(ObjectPath("spec", "nodeName")), isWide: true, "The Provider that runs it."),
        ])

    /// There are none. The empty list is what `kubectl cluster-info` and dashboards ask for.
    static let service = ResourceType(
        group: "", version: "v1", kind: "Service", plural: "services", shortNames: ["svc"], categories: ["all"],
        schema: anyObject)

    /// Member of a Pod that is only there while a table is made of it: what a column shows and no field holds.
    static let printedMember = "printed"

    static let all = [pod, service]

    static func find(_ path: RequestInfo.ResourcePath) -> ResourceType? {
        all.first { $0.group == path.group && $0.version == path.version && $0.plural == path.resource }
    }

    private static let anyObject = Schema(
        .object(ObjectSchema([])), description: "There are none here: an instance is reached at its address.")

    private static func printed(_ name: String, _ member: String, _ description: String) -> PrinterColumn {
        PrinterColumn(name, .string, .path(ObjectPath(printedMember, member)), description)
    }
}
