import Ambient
import JSON

extension Instance: SchemaRecord {
    public static let fields: [Field<Instance>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "What it was made as.")
            .immutable("an instance is replaced, never edited: change its set"),
        .plain("status", \.status, .record, "What became of it."),
    ]

    public static let resourceType = ResourceType(
        of: Instance.self, kind: "Instance", plural: "instances", shortNames: ["iinst"], categories: ["imm"],
        writtenBy: .controller,
        description: "One container, pod or virtual machine in a slot; started at most once.",
        columns: [
            .column("Set", ["spec", "set"], "The InstanceSet."),
            .column("Slot", .integer, ["spec", "slot"], "Place in the set."),
            .column("Revision", ["spec", "revision"], "What it was made from."),
            .column("Phase", ["status", "phase"], "Printed summary."),
            .column("Epoch", .integer, ["spec", "epoch"], "Number of its volumes' attachment."),
            .age,
            .column("Address", ["status", "address"], isWide: true, "Where it is reached."),
            .column("Provider-Id", ["status", "providerID"], isWide: true, "The engine's own id."),
            .column("Image", ["status", "imageDigest"], isWide: true, "Digest or id of the image that runs."),
            .column("Reason", ["status", "reason"], isWide: true, "Why it failed or is being replaced."),
        ])
}

extension InstanceSpec: SchemaRecord {
    public static let fields: [Field<InstanceSpec>] = [
        .required("set", \.set, .objectName, "Name of the InstanceSet."),
        .required("slot", \.slot, .int(0...9_999), "Place in the set, from 0."),
        .required("revision", \.revision, .objectName, "Name of the Revision."),
        .required("revisionHash", \.revisionHash, .string(minimum: 1, maximum: 128), "Hash of the Revision."),
        .required("provider", \.provider, .objectName, "Name of the Provider."),
        .defaulted("epoch", \.epoch, .counter, "Epoch of its volumes' attachment; 0 without volumes."),
        .optional("restartToken", \.restartToken, .identifier, "The set's restart token when it was made."),
    ]
}

extension InstanceStatus: SchemaRecord {
    public static let fields: [Field<InstanceStatus>] = [
        .optional("step", \.step, .record, "The intent that was stored last, before its effect."),
        .optional("providerID", \.providerID, .identifier, "The engine's own id."),
        .optional("providerIdentity", \.providerIdentity, .identifier, "Identity of the provider that gave the id."),
        .optional("imageDigest", \.imageDigest, .identifier, "Digest or id of the image that runs."),
        .optional("address", \.address, .identifier, "Where probes and people reach it."),
        .plain("ports", \.ports, .list(of: .record, .atomic, maximum: 400), "Ports as the engine published them."),
        .plain("phase", \.phase, .string(maximum: 64), "Printed summary; decides nothing."),
        .optional("createdAt", \.createdAt, .microTime, "When the engine made it."),
        .optional("startedAt", \.startedAt, .microTime, "When it was started."),
        .optional("readySince", \.readySince, .microTime, "Since when it is ready without a break."),
        .optional("availableAt", \.availableAt, .microTime, "When it became available for the first time."),
        .optional("finishedAt", \.finishedAt, .microTime, "When it exited."),
        .optional("exitCode", \.exitCode, .int(-2_147_483_648...2_147_483_647), "What it exited with."),
        .optional("reason", \.reason, .reasonCode, "Why it failed or is being replaced: a code."),
        .optional("message", \.message, .message, "The same as a sentence."),
        .plain("conditions", \.conditions, .conditions, "Conditions of the instance."),
    ]
}

extension InstanceStep: SchemaRecord {
    public static let fields: [Field<InstanceStep>] = [
        .required("name", \.name, .enumeration, "The effect."),
        .required("id", \.id, .string(minimum: 1, maximum: 128), "Unique for each intent."),
        .required("startedAt", \.startedAt, .microTime, "When it was stored."),
        .plain("reason", \.reason, .reasonCode, "Why."),
    ]
}

extension PublishedPort: SchemaRecord {
    public static let fields: [Field<PublishedPort>] = [
        .plain("name", \.name, .string(maximum: 15), "Name in the template."),
        .required("containerPort", \.containerPort, .int(1...65_535), "Port in the instance."),
        .plain("hostIP", \.hostIP, .string(maximum: 64), "Address of the host."),
        .required("hostPort", \.hostPort, .int(0...65_535), "Port of the host."),
    ]
}
