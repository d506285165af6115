import Ambient
import JSON

extension ProviderObject: SchemaRecord {
    public static let fields: [Field<ProviderObject>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .defaulted("spec", \.spec, .record, "Which back end, and its limits."),
        .plain("status", \.status, .record, "What was found there."),
    ]

    public static let resourceType = ResourceType(
        of: ProviderObject.self, kind: "Provider", plural: "providers", shortNames: ["iprov"], categories: ["imm"],
        namespaced: false, writtenBy: .user,
        description: "A back end that holds instances and volumes.",
        columns: [
            .column("Type", ["spec", "type"], "Kind of back end."),
            .condition("Ready", type: "Ready", "Whether it can be used."),
            .column("Version", ["status", "version"], "What the back end says of itself."),
            .age,
            .column("Endpoint", ["spec", "endpoint"], isWide: true, "Where it is reached."),
            .column("Identity", ["status", "identity"], isWide: true, "Identity marker."),
            PrinterColumn(
                "Unknown", .integer, .count(ObjectPath("status", "unknownObjects")), isWide: true,
                "Objects of this installation without a record."),
        ],
        check: { ProviderValidation.validate($0) })
}

extension ProviderCredentials: SchemaRecord {
    public static let fields: [Field<ProviderCredentials>] = [
        .required(
            "secretRef", \.secretRef, .record,
            "Secret with ca.crt (who signs the engine's certificate), tls.crt and tls.key (ours), in PEM; of type kubernetes "
                + "with kubeconfig.")
    ]
}

extension KubernetesProviderSpec: SchemaRecord {
    public static let fields: [Field<KubernetesProviderSpec>] = [
        .optional(
            "storageClassName", \.storageClassName, .objectName, "Of new claims; unset: the cluster's default class."),
        .defaulted(
            "accessMode", \.accessMode, .enumeration,
            "Of new claims. ReadWriteOncePod is refused to a second Pod by the cluster itself; CSI drivers alone have it."
        ),
    ]
}

extension NamespacedSecretReference: SchemaRecord {
    public static let fields: [Field<NamespacedSecretReference>] = [
        .required(
            "namespace", \.namespace, .string(.dns1123Label, minimum: 1, maximum: 63), "Namespace of the Secret."),
        .required("name", \.name, .objectName, "Name of the Secret."),
    ]
}

extension ProviderSpec: SchemaRecord {
    public static let fields: [Field<ProviderSpec>] = [
        .defaulted("type", \.type, .enumeration, "Kind of back end.")
            .immutable("make another Provider"),
        .optional(
            "endpoint", \.endpoint, .string(.engineURL, minimum: 1, maximum: 4096),
            "unix:///path, or tcp://HOST:PORT with TLS and credentials; unset: the engine's usual socket."
        )
        .immutable("make another Provider"),
        .optional(
            "credentials", \.credentials, .record,
            "What proves us and the engine to each other, over tcp; of type kubernetes the way to a cluster that is not the one "
                + "that the objects are stored in."),
        .optional("kubernetes", \.kubernetes, .record, "How volumes are made; of type kubernetes alone."),
        .defaulted(
            "maxConcurrentOperations", \.maxConcurrentOperations, .int(1...1000),
            "Effects that run at the same time on this provider."),
        .plain(
            "allowedNamespaces", \.allowedNamespaces,
            .list(of: .string(.dns1123Label, minimum: 1, maximum: 63), .set, maximum: 1000),
            "Namespaces whose sets may use it; empty means all."),
    ]
}

extension ProviderStatus: SchemaRecord {
    public static let fields: [Field<ProviderStatus>] = [
        .optional("identity", \.identity, .identifier, "The identity marker that was found or made at first use."),
        .optional(
            "foundIdentity", \.foundIdentity, .string(maximum: 512),
            "The identity that answers now, when it is another one; empty: no marker was found."),
        .plain(
            "formerIdentities", \.formerIdentities, .list(of: .identifier, .atomic, maximum: 10),
            "Identities that were on record before another one was adopted, the newest last."),
        .optional("version", \.version, .identifier, "What the back end says of itself."),
        .optional("capabilities", \.capabilities, .record, "What it can do."),
        .plain(
            "unknownObjects", \.unknownObjects, .list(of: .record, .atomic, maximum: 100),
            "Objects of this installation without a stored record."),
        .optional("lastObservedAt", \.lastObservedAt, .microTime, "When it was last observed in full."),
        .plain("conditions", \.conditions, .conditions, "Conditions of the provider."),
    ]
}

extension ProviderCapabilities: SchemaRecord {
    public static let fields: [Field<ProviderCapabilities>] = [
        .plain("attachMode", \.attachMode, .enumeration, "When volumes are attached."),
        .plain("fence", \.fence, .bool, "Whether the engine itself refuses a second writer."),
        .plain("snapshot", \.snapshot, .bool, "Whether it can copy a volume."),
        .plain("resize", \.resize, .bool, "Whether it can make a volume larger."),
        .plain("sizeLimit", \.sizeLimit, .bool, "Whether a volume's size is enforced."),
        .plain("readOnlyRoot", \.readOnlyRoot, .bool, "Whether the root file system can be read-only."),
        .plain("probeRoute", \.probeRoute, .bool, "Whether ports of its instances are reached from the controller."),
        .plain("files", \.files, .bool, "Whether it can put files into an instance."),
        .plain("hostPort", \.hostPort, .bool, "Whether ports of the host can be chosen."),
    ]
}

extension UnknownObject: SchemaRecord {
    public static let fields: [Field<UnknownObject>] = [
        .required("kind", \.kind, .string(minimum: 1, maximum: 63), "What it is at the back end."),
        .required("id", \.id, .string(minimum: 1, maximum: 512), "The back end's own id."),
        .plain("name", \.name, .identifier, "Its name there."),
        .optional("set", \.set, .identifier, "namespace/name of the set on its label."),
        .optional("slot", \.slot, .counter, "Slot on its label."),
        .optional("uid", \.uid, .identifier, "uid on its label."),
        .optional("epoch", \.epoch, .counter, "Epoch on its label, when it holds volumes."),
    ]
}
