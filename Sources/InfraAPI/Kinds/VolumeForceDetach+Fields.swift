import Ambient
import JSON

extension VolumeForceDetach: SchemaRecord {
    public static let fields: [Field<VolumeForceDetach>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "Which attachment is to end, and why.")
            .immutable("make another VolumeForceDetach: what was asked for stays on record"),
        .plain("status", \.status, .record, "What became of it."),
    ]

    public static let resourceType = ResourceType(
        of: VolumeForceDetach.self, kind: "VolumeForceDetach", plural: "volumeforcedetaches", shortNames: ["ivfd"],
        categories: ["imm"], writtenBy: .user,
        description:
            "An administrator's request to end an attachment without proof that its instance is gone, and its record.",
        columns: [
            .column("Volume", ["spec", "volume"], "The Volume."),
            .column("Epoch", .integer, ["spec", "epoch"], "The attachment that is to end."),
            .column("Outcome", ["status", "outcome"], "Pending, Accepted or Refused."),
            .column("By", ["status", "requestedBy"], "Who asked for it."),
            .age,
            .column("Instance", ["status", "instance"], isWide: true, "The instance that was attached."),
            .column("Reason", ["spec", "reason"], isWide: true, "Why."),
        ])
}

extension VolumeForceDetachSpec: SchemaRecord {
    public static let fields: [Field<VolumeForceDetachSpec>] = [
        .required("volume", \.volume, .objectName, "Name of the Volume, in the same namespace."),
        .optional(
            "volumeUID", \.volumeUID, .string(minimum: 1, maximum: 128),
            "uid of the Volume; unset: whichever has the name."),
        .required("epoch", \.epoch, .int(1...9_007_199_254_740_991), "Epoch of the attachment that is to end."),
        .required("reason", \.reason, .string(minimum: 1, maximum: 1024), "Why it is done without proof."),
    ]
}

extension VolumeForceDetachStatus: SchemaRecord {
    public static let fields: [Field<VolumeForceDetachStatus>] = [
        .plain("outcome", \.outcome, .enumeration, "Pending, Accepted or Refused."),
        .optional("requestedBy", \.requestedBy, .identifier, "Who asked for it; set by the server."),
        .optional("decidedAt", \.decidedAt, .microTime, "When it was accepted or refused."),
        .optional("instance", \.instance, .objectName, "Name of the Instance that was attached."),
        .optional("instanceUID", \.instanceUID, .identifier, "uid of the Instance that was attached."),
        .optional("notProven", \.notProven, .message, "What nobody has confirmed, of an accepted one."),
        .optional("message", \.message, .message, "Why it was refused."),
    ]
}
