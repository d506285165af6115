import Ambient
import JSON

extension InstanceSet: SchemaRecord {
    public static let fields: [Field<InstanceSet>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "What the fleet should be."),
        .plain("status", \.status, .record, "What the fleet is; written by the controller alone."),
    ]

    public static let resourceType = ResourceType(
        of: InstanceSet.self, kind: "InstanceSet", plural: "instancesets", shortNames: ["iset"], categories: ["imm"],
        subresources: .init(
            status: true,
            scale: .init(
                specReplicasPath: ObjectPath("spec", "replicas"),
                statusReplicasPath: ObjectPath("status", "replicas"),
                labelSelectorPath: ObjectPath("status", "selector"))),
        writtenBy: .user,
        description: "Desired state of a fleet: how many instances, from which template, and how to replace them.",
        columns: [
            .column("Desired", .integer, ["spec", "replicas"], "Slots that the set should have."),
            .column("Ready", .integer, ["status", "readyReplicas"], "Instances that pass their readiness probe."),
            .column("Updated", .integer, ["status", "updatedReplicas"], "Slots that run the target revision."),
            .column("Available", .integer, ["status", "availableReplicas"], "Instances ready for minReadySeconds."),
            .column("Revision", ["status", "currentRevision"], "Revision that every slot last ran."),
            .age,
            .condition("Status", type: "Ready", member: "reason", isWide: true, "Reason of the condition Ready."),
            .column("Image", ["spec", "template", "spec", "image"], isWide: true, "Image as the user wrote it."),
            .column("Provider", ["status", "provider"], isWide: true, "Provider that the set runs on."),
            .column("Target", ["status", "targetRevision"], isWide: true, "Revision that is being rolled out."),
            .column("Proven", ["status", "lastProvenRevision"], isWide: true, "Where a rollback goes."),
        ],
        check: { InstanceSetValidation.validate($0) },
        updateCheck: { InstanceSetValidation.validateUpdate(from: $0, to: $1) })
}

extension InstanceSetSpec: SchemaRecord {
    public static let fields: [Field<InstanceSetSpec>] = [
        .defaulted("replicas", \.replicas, .int(0...10_000), "Number of slots."),
        .optional(
            "provider", \.provider, .objectName,
            "Name of the Provider, immutable once set; unset means the default Provider, resolved once into status."
        )
        .immutable("make a new set to run it on another provider"),
        .defaulted("paused", \.paused, .bool, "While true no voluntary replacement begins."),
        .defaulted(
            "minReadySeconds", \.minReadySeconds, .int(0...86_400),
            "How long an instance has to be ready before it counts as available."),
        .defaulted(
            "progressDeadlineSeconds", \.progressDeadlineSeconds, .int(1...604_800),
            "How long an instance may run without being ready before its revision is rejected; where its probe has no"
                + " answer, the set is called stalled."),
        .defaulted(
            "revisionHistoryLimit", \.revisionHistoryLimit, .int(0...100), "Old revisions that are kept for undo."),
        .required("template", \.template, .record, "What each instance is made from."),
        .plain(
            "volumeClaimTemplates", \.volumeClaimTemplates, .list(of: .record, .map(keys: ["name"]), maximum: 16),
            "One Volume for each slot and claim."),
        .plain(
            "orphanClaims", \.orphanClaims,
            .list(of: .string(.dns1123Label, minimum: 1, maximum: 63), .set, maximum: 64),
            "Claims that may be removed from volumeClaimTemplates: their volumes are orphaned, with their data."),
        .optional(
            "adoptVolumesFrom", \.adoptVolumesFrom, .record,
            "The set whose orphaned volumes this one takes over, slot by slot, wherever it has none of its own: how a set is"
                + " renamed."),
        .defaulted("strategy", \.strategy, .record, "How instances are replaced."),
        .defaulted(
            "onFailure", \.onFailure, .enumeration,
            "When the revision that is rolled out is rejected: Rollback to the last proven one, or Pause."),
    ]
}

extension ReplacementStrategy: SchemaRecord {
    public static let fields: [Field<ReplacementStrategy>] = [
        .defaulted("type", \.type, .enumeration, "RollingReplace, or Recreate: all at once."),
        .optional(
            "maxSurge", \.maxSurge, .intOrString(0...10_000, or: .percentage),
            "Occupants above replicas, as a count or a percentage that rounds up; unset: the planner chooses."),
        .optional(
            "maxUnavailable", \.maxUnavailable, .intOrString(0...10_000, or: .percentage),
            "Available instances that may be missing, as a count or a percentage that rounds down; unset: the planner"
                + " chooses."),
        .optional(
            "partition", \.partition, .intOrString(0...10_000, or: .percentage),
            "Slots below this number keep the revision that they have; a percentage of replicas rounds up."),
    ]
}

extension InstanceTemplate: SchemaRecord {
    public static let fields: [Field<InstanceTemplate>] = [
        .group(
            "metadata",
            [
                .plain("labels", \.labels, .labels, "Labels of each instance."),
                .plain("annotations", \.annotations, .annotations, "Annotations of each instance."),
            ], "Metadata of the instances."),
        .required("spec", \.spec, .record, "How one instance is run."),
    ]
}

extension VolumeClaimTemplate: SchemaRecord {
    public static let fields: [Field<VolumeClaimTemplate>] = [
        .required(
            "name", \.name, .string(.dns1123Label, minimum: 1, maximum: 63), "Name that volumeMounts refer to."),
        .required("spec", \.spec, .record, "What each volume is."),
    ]
}

extension VolumeAdoption: SchemaRecord {
    public static let fields: [Field<VolumeAdoption>] = [
        .required("set", \.set, .objectName, "Name of the other InstanceSet; it need not exist any more."),
        .plain(
            "claims", \.claims, .list(of: .string(.dns1123Label, minimum: 1, maximum: 63), .set, maximum: 16),
            "Claims, of the same names in both; unset: all."),
    ]
}

extension VolumeClaimSpec: SchemaRecord {
    public static let fields: [Field<VolumeClaimSpec>] = [
        .required("size", \.size, .quantity(Quantity.volumeSizes), "Bytes, as a quantity."),
        .defaulted("accessMode", \.accessMode, .enumeration, "How many may write.")
            .immutable("add a claim under another name, move the data, and mount that one"),
        .defaulted(
            "reclaimPolicy", \.reclaimPolicy, .enumeration, "What happens to a volume that nobody claims any more."),
        .defaulted(
            "snapshotBeforeReplace", \.snapshotBeforeReplace, .bool,
            "Whether a SlotSnapshot is taken before an instance of another revision gets the volume."),
    ]
}

extension Quantity {
    /// One byte to 1 EiB.
    static let volumeSizes = Quantity(bytes: 1)...Quantity(bytes: 1 << 60)
}
