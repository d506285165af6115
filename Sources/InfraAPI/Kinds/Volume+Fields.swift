import Ambient
import JSON

extension Volume: SchemaRecord {
    public static let fields: [Field<Volume>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "What the volume is."),
        .plain("status", \.status, .record, "Where it is, and who may write."),
    ]

    public static let resourceType = ResourceType(
        of: Volume.self, kind: "Volume", plural: "volumes", shortNames: ["ivol"], categories: ["imm"],
        writtenBy: .both,
        description: "Persistent storage with a life of its own: never deleted with an instance or a set.",
        columns: [
            PrinterColumn(
                "Size", .string, .first([ObjectPath("status", "size"), ObjectPath("spec", "size")]),
                "Bytes, as a quantity."),
            .column("Phase", ["status", "phase"], "Printed summary."),
            .column("Attached-To", ["status", "attachment", "instance"], "Instance that may write now."),
            .column("Epoch", .integer, ["status", "epoch"], "Number of the newest attachment."),
            .age,
            PrinterColumn(
                "Claim", .string,
                .joined([ObjectPath("spec", "claim", "set"), ObjectPath("spec", "claim", "name")], separator: "/"),
                isWide: true, "Set and claim that it was made for."),
            .column("Slot", .integer, ["spec", "claim", "slot"], isWide: true, "Slot that it was made for."),
            .column(
                "Gap", .integer, ["status", "lastGapMilliseconds"], isWide: true,
                "Milliseconds without a writer in the last handover."),
            .column("Reclaim", ["spec", "reclaimPolicy"], isWide: true, "What happens once it is orphaned."),
            .column("Provider", ["spec", "provider"], isWide: true, "Provider that holds the data."),
        ],
        updateCheck: { VolumeValidation.validateUpdate(from: $0, to: $1) })
}

extension VolumeSpec: SchemaRecord {
    public static let fields: [Field<VolumeSpec>] = [
        .required("provider", \.provider, .objectName, "Name of the Provider that holds the data.")
            .immutable("make a volume at the other provider and move the data"),
        .required("size", \.size, .quantity(Quantity.volumeSizes), "Bytes, as a quantity.")
            .immutable("a volume grows with the claim of its set: change that"),
        .defaulted("accessMode", \.accessMode, .enumeration, "How many may write.")
            .immutable("make a new volume and move the data"),
        .defaulted("reclaimPolicy", \.reclaimPolicy, .enumeration, "What happens once it is orphaned."),
        .optional("claim", \.claim, .record, "The place that the volume was made for."),
        .optional("source", \.source, .record, "The copy that it is made from; unset: it begins empty.")
            .immutable("make another volume from the other snapshot"),
    ]
}

extension VolumeSource: SchemaRecord {
    public static let fields: [Field<VolumeSource>] = [
        .required("snapshot", \.snapshot, .objectName, "Name of the SlotSnapshot, in the same namespace."),
        .required("snapshotUID", \.snapshotUID, .string(minimum: 1, maximum: 128), "uid of the SlotSnapshot."),
    ]
}

extension VolumeClaimReference: SchemaRecord {
    public static let fields: [Field<VolumeClaimReference>] = [
        .required("set", \.set, .objectName, "Name of the InstanceSet."),
        .required("slot", \.slot, .int(0...9_999), "Place in the set."),
        .required("name", \.name, .string(.dns1123Label, minimum: 1, maximum: 63), "Name of the claim."),
    ]
}

extension VolumeStatus: SchemaRecord {
    public static let fields: [Field<VolumeStatus>] = [
        .plain("phase", \.phase, .string(maximum: 64), "Printed summary; decides nothing."),
        .optional(
            "boundSetUID", \.boundSetUID, .identifier, "uid of the InstanceSet that has it now; unset: orphaned."),
        .optional("orphanedAt", \.orphanedAt, .microTime, "When it was orphaned."),
        .sparse(
            "orphanedSeconds", \.orphanedSeconds, .counter,
            "Time that it was orphaned for while a controller ran; with reclaimPolicy Delete it goes after 432000."),
        .plain("provisioned", \.provisioned, .bool, "Whether the provider has confirmed that it exists there."),
        .optional(
            "size", \.size, .quantity(Quantity.volumeSizes),
            "What the provider has grown it to; unset: still spec.size."),
        .optional("providerID", \.providerID, .identifier, "The provider's own name of the volume."),
        .optional("providerIdentity", \.providerIdentity, .identifier, "Identity of the provider when it was made."),
        .optional(
            "objectUID", \.objectUID, .identifier,
            "uid that the provider knows it by, where it was found without a record; unset: the record's own."),
        .plain("epoch", \.epoch, .counter, "Number of the newest attachment; never goes back."),
        .optional("attachment", \.attachment, .record, "Who may write now."),
        .optional("revision", \.revision, .objectName, "Revision whose instance was attached last."),
        .optional(
            "copy", \.copy, .record, "The copy that is being made of it; while it stands nobody is attached."),
        .sparse(
            "restoreAttempt", \.restoreAttempt, .counter, "Number of the newest try to make it from its source."),
        .plain(
            "receipts", \.receipts, .list(of: .record, .atomic, maximum: 10), "The last receipts, the newest last."),
        .optional(
            "lastGapMilliseconds", \.lastGapMilliseconds, .counter, "Time without a writer in the last handover."),
        .optional(
            "lastGapEpoch", \.lastGapEpoch, .counter,
            "Epoch that lastGapMilliseconds was measured at the beginning of."),
        .plain("conditions", \.conditions, .conditions, "Conditions of the volume."),
    ]
}

extension VolumeAttachment: SchemaRecord {
    public static let fields: [Field<VolumeAttachment>] = [
        .required("instance", \.instance, .objectName, "Name of the Instance."),
        .required("instanceUID", \.instanceUID, .string(minimum: 1, maximum: 128), "uid of the Instance."),
        .required("epoch", \.epoch, .counter, "Number of this attachment."),
        .required("attachedAt", \.attachedAt, .microTime, "When the intent was stored."),
    ]
}

extension VolumeCopy: SchemaRecord {
    public static let fields: [Field<VolumeCopy>] = [
        .required("snapshot", \.snapshot, .objectName, "Name of the SlotSnapshot."),
        .required("snapshotUID", \.snapshotUID, .string(minimum: 1, maximum: 128), "uid of the SlotSnapshot."),
        .required("startedAt", \.startedAt, .microTime, "When the intent was stored."),
    ]
}

extension DetachReceipt: SchemaRecord {
    public static let fields: [Field<DetachReceipt>] = [
        .required("epoch", \.epoch, .counter, "Number of the attachment that ended."),
        .required("instance", \.instance, .objectName, "Name of the outgoing Instance."),
        .required("instanceUID", \.instanceUID, .string(minimum: 1, maximum: 128), "uid of the outgoing Instance."),
        .required("proof", \.proof, .enumeration, "What the confirming read saw."),
        .plain(
            "providerIdentity", \.providerIdentity, .identifier,
            "Identity of the provider that answered; none where the proof is Forced."),
        .optional("providerID", \.providerID, .identifier, "The engine's own id of the instance."),
        .required(
            "acknowledgedAt", \.acknowledgedAt, .microTime,
            "When the engine acknowledged the destruction; of a forced one, when it was decided."),
        .required("readAt", \.readAt, .microTime, "When the confirming read began."),
        .optional(
            "lastWritableAt", \.lastWritableAt, .microTime,
            "The last moment at which the outgoing instance may have written."),
        .optional(
            "override", \.override, .record, "Who ended the attachment without proof, where the proof is Forced."),
    ]
}

extension ForcedDetachment: SchemaRecord {
    public static let fields: [Field<ForcedDetachment>] = [
        .required("request", \.request, .objectName, "Name of the VolumeForceDetach."),
        .required("requestUID", \.requestUID, .string(minimum: 1, maximum: 128), "uid of the VolumeForceDetach."),
        .optional("requestedBy", \.requestedBy, .identifier, "Who asked for it."),
        .required("reason", \.reason, .string(minimum: 1, maximum: 1024), "Why."),
        .required("notProven", \.notProven, .message, "What nobody has confirmed."),
    ]
}
