import Ambient
import JSON

extension PruneApproval: SchemaRecord {
    public static let fields: [Field<PruneApproval>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "What may be deleted, and why.")
            .immutable("make another PruneApproval: what was consented to stays on record"),
        .plain("status", \.status, .record, "What became of it."),
    ]

    public static let resourceType = ResourceType(
        of: PruneApproval.self, kind: "PruneApproval", plural: "pruneapprovals", shortNames: ["ipa"],
        categories: ["imm"], writtenBy: .user,
        description: "A person's consent to a prune that is larger than a GitSource allows by itself, and its record.",
        columns: [
            .column("Source", ["spec", "source"], "The GitSource."),
            .column("Commit", ["spec", "commit"], "The commit that no longer holds the objects."),
            PrinterColumn("Objects", .integer, .count(ObjectPath("spec", "objects")), "What may be deleted."),
            .column("Outcome", ["status", "outcome"], "Pending, Accepted or Refused."),
            .column("By", ["status", "requestedBy"], "Who consented."),
            .age,
            .column("Reason", ["spec", "reason"], isWide: true, "Why."),
        ])
}

extension PruneApprovalSpec: SchemaRecord {
    public static let fields: [Field<PruneApprovalSpec>] = [
        .required("source", \.source, .objectName, "Name of the GitSource, in the same namespace."),
        .required(
            "commit", \.commit, .string(.gitCommit, minimum: 40, maximum: 64),
            "The commit that no longer holds the objects."),
        .plain(
            "objects", \.objects, .list(of: .record, .atomic, minimum: 1, maximum: 2000), "Exactly what may be deleted."
        ),
        .required("reason", \.reason, .string(minimum: 1, maximum: 1024), "Why it is meant."),
    ]
}

extension PruneApprovalStatus: SchemaRecord {
    public static let fields: [Field<PruneApprovalStatus>] = [
        .plain("outcome", \.outcome, .enumeration, "Pending, Accepted or Refused."),
        .optional("requestedBy", \.requestedBy, .identifier, "Who consented; set by the server."),
        .optional("decidedAt", \.decidedAt, .microTime, "When it was accepted or refused."),
        .optional("message", \.message, .message, "Why it was refused."),
    ]
}
