import Ambient
import JSON

extension SlotSnapshot: SchemaRecord {
    public static let fields: [Field<SlotSnapshot>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "What is copied.")
            .immutable("make another SlotSnapshot: a copy is of one volume at one moment"),
        .plain("status", \.status, .record, "The copy."),
    ]

    public static let resourceType = ResourceType(
        of: SlotSnapshot.self, kind: "SlotSnapshot", plural: "slotsnapshots", shortNames: ["isnap"],
        categories: ["imm"], writtenBy: .both,
        description: "A copy of a volume's content at one moment, taken while nobody could write.",
        columns: [
            .column("Volume", ["spec", "volume"], "The Volume."),
            .column("Phase", ["status", "phase"], "Printed summary."),
            .column("Epoch", .integer, ["status", "epoch"], "Epoch of the volume when it was taken."),
            .column("Revision", ["status", "revision"], "Revision that wrote the data."),
            .age,
            .column("Purpose", ["spec", "purpose"], isWide: true, "Who wanted it."),
            .column("Bytes", .integer, ["status", "contentBytes"], isWide: true, "What the copy holds."),
            .column("Provider", ["status", "provider"], isWide: true, "Provider that holds the copy."),
            .column("Reason", ["spec", "reason"], isWide: true, "Why."),
        ])
}

extension SlotSnapshotSpec: SchemaRecord {
    public static let fields: [Field<SlotSnapshotSpec>] = [
        .required("volume", \.volume, .objectName, "Name of the Volume, in the same namespace."),
        .optional(
            "volumeUID", \.volumeUID, .string(minimum: 1, maximum: 128),
            "uid of the Volume; unset: whichever has the name."),
        .optional(
            "epoch", \.epoch, .counter,
            "Epoch that the volume must have; unset: whichever it has when it can be copied."),
        .defaulted(
            "purpose", \.purpose, .enumeration,
            "Manual ones stay until somebody deletes them; of those taken for replacements the older ones go."),
        .optional("reason", \.reason, .string(minimum: 1, maximum: 1024), "Why it is taken."),
    ]
}

extension SlotSnapshotStatus: SchemaRecord {
    public static let fields: [Field<SlotSnapshotStatus>] = [
        .plain("phase", \.phase, .string(maximum: 64), "Printed summary; decides nothing."),
        .sparse("attempt", \.attempt, .counter, "Number of the newest try."),
        .sparse("failures", \.failures, .counter, "Tries in a row that failed."),
        .optional("lastFailureAt", \.lastFailureAt, .microTime, "When the last one failed."),
        .optional("provider", \.provider, .objectName, "Name of the Provider that holds the copy."),
        .optional("providerIdentity", \.providerIdentity, .identifier, "Identity of the provider when it was taken."),
        .optional("providerID", \.providerID, .identifier, "The provider's own name of the copy."),
        .optional("volumeUID", \.volumeUID, .identifier, "uid of the Volume that was copied."),
        .optional("claim", \.claim, .record, "The place that the volume had then."),
        .optional(
            "size", \.size, .quantity(Quantity.volumeSizes),
            "Size of the volume, and of one that is made from the copy."),
        .optional("contentBytes", \.contentBytes, .counter, "Bytes of the files in the copy."),
        .optional("contentEntries", \.contentEntries, .counter, "Files, directories and links in the copy."),
        .optional("takenAt", \.takenAt, .microTime, "When it was complete; unset: it is not."),
        .optional("epoch", \.epoch, .counter, "Epoch of the volume when it was taken."),
        .optional("revision", \.revision, .objectName, "Revision whose instance wrote last."),
        .optional("consistency", \.consistency, .message, "Why nobody wrote meanwhile."),
        .plain("conditions", \.conditions, .conditions, "Ready."),
    ]
}
