import Ambient
import JSON

extension Lease: SchemaRecord {
    public static let fields: [Field<Lease>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .plain("spec", \.spec, .record, "Who holds it, and until when."),
    ]

    public static let resourceType = ResourceType(
        of: Lease.self, group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases",
        subresources: .init(status: false), writtenBy: .both,
        description: "Chooses one of several candidates.",
        columns: [.column("Holder", ["spec", "holderIdentity"], "Who holds it."), .age])
}

extension LeaseSpec: SchemaRecord {
    public static let fields: [Field<LeaseSpec>] = [
        .optional("holderIdentity", \.holderIdentity, .identifier, "Who holds it."),
        .optional(
            "leaseDurationSeconds", \.leaseDurationSeconds, .int(1...2_147_483_647),
            "How long others wait after renewTime."),
        .optional("acquireTime", \.acquireTime, .microTime, "When the holder got it."),
        .optional("renewTime", \.renewTime, .microTime, "When the holder last renewed it."),
        .optional("leaseTransitions", \.leaseTransitions, .counter, "How often the holder changed."),
        .unread("strategy", .string(maximum: 64), "Not used; clients send it."),
        .unread("preferredHolder", .identifier, "Not used; clients send it."),
    ]
}
