import Ambient
import JSON

extension Revision: SchemaRecord {
    public static let fields: [Field<Revision>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "The frozen template.")
            .immutable("change the template of the set, which makes a new revision"),
        .plain("status", \.status, .record, "What became of it."),
    ]

    public static let resourceType = ResourceType(
        of: Revision.self, kind: "Revision", plural: "revisions", shortNames: ["irev"], categories: ["imm"],
        writtenBy: .controller,
        description: "A frozen, content-addressed copy of a template with its image resolved.",
        columns: [
            .column("Set", ["spec", "set"], "The InstanceSet."),
            .column("Number", .integer, ["spec", "number"], "Counts the set's revisions."),
            .column("Verdict", ["status", "verdict"], "Pending, Proven or Rejected."),
            .column("Image", ["spec", "requestedImage"], "Image as the user wrote it."),
            .age,
            .column("Resolved", ["spec", "template", "spec", "image"], isWide: true, "Image that runs."),
            PrinterColumn(
                "Evidence", .string,
                .joined(
                    [ObjectPath("status", "evidence", "instance"), ObjectPath("status", "evidence", "message")],
                    separator: ": "), isWide: true, "Why it was rejected."),
        ])
}

extension RevisionSpec: SchemaRecord {
    public static let fields: [Field<RevisionSpec>] = [
        .required("set", \.set, .objectName, "Name of the InstanceSet."),
        .required("number", \.number, .int(1...9_007_199_254_740_991), "Counts the set's revisions from 1."),
        .required("hash", \.hash, .string(minimum: 1, maximum: 128), "v1- and 64 hexadecimal digits."),
        .required("template", \.template, .record, "The template with its image resolved."),
        .plain(
            "volumeClaimTemplates", \.volumeClaimTemplates, .list(of: .record, .map(keys: ["name"]), maximum: 16),
            "The claims of the set."),
        .plain("requestedImage", \.requestedImage, .string(maximum: 512), "Image as the user wrote it."),
    ]
}

extension RevisionStatus: SchemaRecord {
    public static let fields: [Field<RevisionStatus>] = [
        .plain("verdict", \.verdict, .enumeration, "Pending, Proven or Rejected."),
        .optional(
            "completedAt", \.completedAt, .microTime,
            "When every slot became available on it; the proving window starts here."),
        .optional("provenAt", \.provenAt, .microTime, "When it was proven."),
        .optional("rejectedAt", \.rejectedAt, .microTime, "When it was rejected."),
        .optional("evidence", \.evidence, .record, "What it was rejected on."),
        .optional(
            "retriedAt", \.retriedAt, .microTime,
            "When a person last asked for it to be tried again; what was known before counts no more."),
        .plain("conditions", \.conditions, .conditions, "Conditions of the revision."),
    ]
}

extension RevisionEvidence: SchemaRecord {
    public static let fields: [Field<RevisionEvidence>] = [
        .required("instance", \.instance, .objectName, "Name of the instance that failed."),
        .required("slot", \.slot, .int(0...9_999), "Its slot."),
        .required(
            "reason", \.reason, .reasonCode, "Died, NotLive, StartRefused or ProgressDeadlineExceeded."),
        .plain("message", \.message, .message, "What happened: one sentence."),
        .optional("exitCode", \.exitCode, .int(-2_147_483_648...2_147_483_647), "What it exited with."),
        .required("at", \.at, .microTime, "When it was seen."),
    ]
}
