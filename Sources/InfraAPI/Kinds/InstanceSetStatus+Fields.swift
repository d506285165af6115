import Ambient
import JSON

extension InstanceSetStatus: SchemaRecord {
    public static let fields: [Field<InstanceSetStatus>] = [
        .plain(
            "observedGeneration", \.observedGeneration, .counter,
            "metadata.generation of the newest spec that the controller has seen."),
        .optional("provider", \.provider, .objectName, "The Provider that the set runs on, resolved once."),
        .plain("replicas", \.replicas, .counter, "Instances that there are."),
        .plain("readyReplicas", \.readyReplicas, .counter, "Instances that are ready."),
        .plain("updatedReplicas", \.updatedReplicas, .counter, "Slots that run the target revision."),
        .plain("availableReplicas", \.availableReplicas, .counter, "Instances that are available."),
        .plain("selector", \.selector, .string(maximum: 4096), "Label selector of the instances, as a string."),
        .optional("currentRevision", \.currentRevision, .objectName, "Revision that every slot last ran."),
        .optional("updateRevision", \.updateRevision, .objectName, "Revision that spec resolves to."),
        .optional(
            "targetRevision", \.targetRevision, .objectName,
            "Revision that is being rolled out; differs from updateRevision only after a rollback."),
        .optional("lastProvenRevision", \.lastProvenRevision, .objectName, "Where a rollback goes."),
        .optional(
            "resolvedTemplateHash", \.resolvedTemplateHash, .string(maximum: 2048),
            "Hash of the template as written, for which updateRevision was resolved."),
        .optional(
            "resolveToken", \.resolveToken, .identifier, "Token of the last resolve on request that was obeyed."),
        .optional("retryToken", \.retryToken, .identifier, "Token of the last retry on request that was obeyed."),
        .optional(
            "restartToken", \.restartToken, .identifier, "Token of the last restart on request that was taken up."),
        .optional(
            "restoreToken", \.restoreToken, .identifier, "Token of the last request for data of snapshots."),
        .optional("restoreRefusal", \.restoreRefusal, .message, "Why that request was refused; unset: it was not."),
        .plain(
            "restores", \.restores, .list(of: .record, .map(keys: ["slot", "claim"]), maximum: 10_000),
            "Places that are to get a volume made from a snapshot."),
        .plain(
            "slotFailures", \.slotFailures, .list(of: .record, .map(keys: ["slot"]), maximum: 10_000),
            "Slots whose occupants failed lately."),
        .plain("conditions", \.conditions, .conditions, "Ready, Reconciling, Stalled, Available, Progressing."),
    ]
}

extension VolumeRestore: SchemaRecord {
    public static let fields: [Field<VolumeRestore>] = [
        .required("slot", \.slot, .int(0...9_999), "The slot."),
        .required("claim", \.claim, .string(.dns1123Label, minimum: 1, maximum: 63), "Name of the claim."),
        .required("volume", \.volume, .objectName, "The Volume that is to be orphaned."),
        .required("snapshot", \.snapshot, .objectName, "The SlotSnapshot."),
        .required("snapshotUID", \.snapshotUID, .string(minimum: 1, maximum: 128), "uid of the SlotSnapshot."),
    ]
}

extension SlotFailure: SchemaRecord {
    public static let fields: [Field<SlotFailure>] = [
        .required("slot", \.slot, .int(0...9_999), "The slot."),
        .required("revision", \.revision, .objectName, "Revision that the failures belong to."),
        .required("reason", \.reason, .reasonCode, "Reason code of the last one."),
        .plain("message", \.message, .message, "What happened."),
        .required("count", \.count, .counter, "Failures in a row."),
        .required("lastFailureAt", \.lastFailureAt, .microTime, "When the last one happened."),
    ]
}
