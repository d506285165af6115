import Ambient
import JSON

extension GitSource: SchemaRecord {
    public static let fields: [Field<GitSource>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "Which repository, and how it is followed."),
        .plain("status", \.status, .record, "What became of its commits; written by the controller alone."),
    ]

    public static let resourceType = ResourceType(
        of: GitSource.self, kind: "GitSource", plural: "gitsources", shortNames: ["igs"], categories: ["imm"],
        writtenBy: .user, description: "Makes a Git repository the desired state of a namespace.",
        columns: [
            .condition("Ready", type: "Ready", "Whether the newest commit is applied and healthy."),
            .condition("Status", type: "Ready", member: "reason", "Reason of the condition Ready."),
            .column("Commit", ["status", "lastAppliedCommit"], "The commit that was last applied."),
            .column("Suspended", ["spec", "suspend"], "Whether nothing is fetched or applied."),
            .age,
            .column("URL", ["spec", "url"], isWide: true, "The repository."),
            .column("Path", ["spec", "path"], isWide: true, "Directory in the repository."),
            PrinterColumn(
                "Objects", .integer, .count(ObjectPath("status", "inventory")), isWide: true,
                "Objects that it is answerable for."),
            .condition("Message", type: "Ready", member: "message", isWide: true, "What the condition Ready says."),
        ],
        check: { GitSourceValidation.validate($0) })
}

extension GitSourceSpec: SchemaRecord {
    public static let fields: [Field<GitSourceSpec>] = [
        .required(
            "url", \.url, .string(.gitURL, minimum: 1, maximum: 2048),
            "The repository: https://, http://, ssh://, git:// or file://, without a password."),
        .optional(
            "ref", \.ref, .record, "What is followed: one of its fields; unset: the branch that the remote calls HEAD."),
        .defaulted(
            "path", \.path, .string(.relativePath, minimum: 1, maximum: 1024),
            "Directory in the repository; one with a kustomization.yaml is built by kubectl."),
        .defaulted("intervalSeconds", \.intervalSeconds, .int(5...86_400), "How often the repository is asked."),
        .defaulted("jitterPercent", \.jitterPercent, .int(0...50), "By how much each interval is longer or shorter."),
        .defaulted("suspend", \.suspend, .bool, "While true nothing is fetched or applied."),
        .defaulted("timeoutSeconds", \.timeoutSeconds, .int(1...3600), "How long one call of git may take."),
        .defaulted("depth", \.depth, .int(0...1_000_000), "Commits that are fetched; 0: all."),
        .defaulted(
            "maxSize", \.maxSize, .quantity(Quantity(bytes: 1 << 10)...Quantity(bytes: 4 << 30)),
            "What a fetch, and the files of a commit, may hold."),
        .optional("credentials", \.credentials, .record, "What proves us and the server to each other."),
        .optional("webhook", \.webhook, .record, "Who may say that there is something new."),
        .optional(
            "verification", \.verification, .record,
            "Whose signature a commit has to carry; unset: any commit is taken."),
        .plain(
            "dependsOn", \.dependsOn, .list(of: .objectName, .set, maximum: 100),
            "GitSources of this namespace that have to be ready first."),
        .optional(
            "targetNamespace", \.targetNamespace, .string(.dns1123Label, minimum: 1, maximum: 63),
            "Namespace of objects that name none; unset: that of the source."),
        .defaulted(
            "healthTimeoutSeconds", \.healthTimeoutSeconds, .int(1...86_400),
            "How long the objects of a wave may take to become healthy before it is told."),
        .defaulted(
            "drift", \.drift, .enumeration, "What others changed of the applied fields: Revert it, or only Report it."),
        .defaulted("prune", \.prune, .record, "What happens to objects whose manifests are gone."),
        .optional("imageUpdates", \.imageUpdates, .record, "Newer images are proposed as a commit on a branch."),
    ]
}

extension GitReference: SchemaRecord {
    public static let fields: [Field<GitReference>] = [
        .optional("branch", \.branch, .string(.gitRefName, minimum: 1, maximum: 255), "The newest commit of a branch."),
        .optional("tag", \.tag, .string(.gitRefName, minimum: 1, maximum: 255), "The commit of a tag."),
        .optional(
            "semver", \.semver, .string(minimum: 1, maximum: 255),
            "The highest tag in a range of semantic versions, such as '>=1.2 <2'."),
        .optional("commit", \.commit, .string(.gitCommit, minimum: 40, maximum: 64), "One commit, by its full name."),
    ]
}

extension LocalSecretReference: SchemaRecord {
    public static let fields: [Field<LocalSecretReference>] = [
        .required("name", \.name, .objectName, "Name of a Secret of this namespace.")
    ]
}

extension GitCredentials: SchemaRecord {
    public static let fields: [Field<GitCredentials>] = [
        .required(
            "secretRef", \.secretRef, .record,
            "Secret with username and password, perhaps ca.crt (https), or identity and known_hosts (ssh).")
    ]
}

extension GitWebhook: SchemaRecord {
    public static let fields: [Field<GitWebhook>] = [
        .defaulted("type", \.type, .enumeration, "How the sender signs."),
        .required("secretRef", \.secretRef, .record, "Secret with the key token: what the sender signs with."),
    ]
}

extension GitVerification: SchemaRecord {
    public static let fields: [Field<GitVerification>] = [
        .required(
            "secretRef", \.secretRef, .record,
            "Secret with allowed_signers (ssh keys), and OpenPGP public keys under names that end in .asc.")
    ]
}

extension GitPruning: SchemaRecord {
    public static let fields: [Field<GitPruning>] = [
        .defaulted("enabled", \.enabled, .bool, "Whether objects whose manifests are gone are deleted."),
        .defaulted(
            "maxDeletions", \.maxDeletions, .intOrString(0...2000, or: .percentage),
            "What one sync may delete without a PruneApproval: a count, or a percentage of the inventory that rounds up."
        ),
    ]
}

extension GitImageUpdates: SchemaRecord {
    public static let fields: [Field<GitImageUpdates>] = [
        .required(
            "branch", \.branch, .string(.gitRefName, minimum: 1, maximum: 255),
            "The branch that proposals are pushed to; not the one that is followed."),
        .defaulted("intervalSeconds", \.intervalSeconds, .int(30...86_400), "How often the registries are asked."),
        .plain(
            "images", \.images, .list(of: .record, .map(keys: ["image"]), minimum: 1, maximum: 100),
            "Which images are followed."),
    ]
}

extension GitImagePolicy: SchemaRecord {
    public static let fields: [Field<GitImagePolicy>] = [
        .required(
            "image", \.image, .string(.imageReference, minimum: 1, maximum: 512),
            "A repository, without tag and digest."),
        .optional(
            "semver", \.semver, .string(minimum: 1, maximum: 255),
            "The highest tag in a range of semantic versions, such as '^1.4'."),
        .optional(
            "pattern", \.pattern, .string(minimum: 1, maximum: 128),
            "The highest of the tags that match, with one '*', by what stands in its place."),
        .defaulted("order", \.order, .enumeration, "How that is compared: Numerical or Alphabetical."),
        .optional(
            "credentials", \.credentials, .record,
            "What the registry is told, where it does not answer anybody: username and password, and ca.crt where the system does not trust it."
        ),
    ]
}

extension GitSourceStatus: SchemaRecord {
    public static let fields: [Field<GitSourceStatus>] = [
        .plain("observedGeneration", \.observedGeneration, .counter, "The generation that was last acted on."),
        .optional(
            "syncToken", \.syncToken, .string(maximum: 1024),
            "Value of the annotation imm.dev/sync that was last obeyed."),
        .optional("lastAttemptedCommit", \.lastAttemptedCommit, .identifier, "The commit that was last looked at."),
        .optional(
            "lastAppliedCommit", \.lastAppliedCommit, .identifier, "The commit whose objects were last applied in full."
        ),
        .optional(
            "lastAppliedGeneration", \.lastAppliedGeneration, .counter,
            "The generation of the spec by which they were."),
        .plain(
            "inventory", \.inventory, .list(of: .record, .atomic, maximum: 2000),
            "What the source made or took over, and may prune."),
        .plain(
            "rejected", \.rejected, .list(of: .record, .atomic, maximum: 100),
            "Sets whose present content was rejected: not rolled out again until it changes or someone says retry."),
        .optional("pendingPrune", \.pendingPrune, .record, "Objects that wait for a PruneApproval."),
        .plain(
            "history", \.history, .list(of: .record, .atomic, maximum: GitSourceStatus.historyLimit),
            "The last syncs that did something or failed anew, the newest last."),
        .optional("proposal", \.proposal, .record, "The last commit that image automation pushed."),
        .plain("conditions", \.conditions, .conditions, "Conditions of the source."),
    ]
}

extension InventoryEntry: SchemaRecord {
    public static let fields: [Field<InventoryEntry>] = [
        .required("apiVersion", \.apiVersion, .string(minimum: 1, maximum: 317), "Group and version of the object."),
        .required("kind", \.kind, .string(minimum: 1, maximum: 63), "Kind of the object."),
        .plain("namespace", \.namespace, .string(maximum: 63), "Namespace of the object."),
        .required("name", \.name, .objectName, "Name of the object."),
        .plain(
            "uid", \.uid, .string(maximum: 128),
            "uid of the object; missing while it is being applied for the first time."),
    ]
}

extension RejectedContent: SchemaRecord {
    public static let fields: [Field<RejectedContent>] = [
        .required("namespace", \.namespace, .string(minimum: 1, maximum: 63), "Namespace of the set."),
        .required("name", \.name, .objectName, "Name of the set."),
        .required("revision", \.revision, .objectName, "Name of the rejected revision."),
        .plain("message", \.message, .message, "Why it was rejected."),
    ]
}

extension PendingPrune: SchemaRecord {
    public static let fields: [Field<PendingPrune>] = [
        .required("commit", \.commit, .identifier, "The commit that no longer holds them."),
        .plain("objects", \.objects, .list(of: .record, .atomic, maximum: 2000), "What would be deleted."),
        .plain("message", \.message, .message, "Why it waits."),
    ]
}

extension SyncRecord: SchemaRecord {
    public static let fields: [Field<SyncRecord>] = [
        .required("commit", \.commit, .identifier, "The commit."),
        .plain("subject", \.subject, .string(maximum: 1024), "First line of its message."),
        .plain("outcome", \.outcome, .enumeration, "Applied, Refused (nothing was changed) or Failed (between)."),
        .plain("reason", \.reason, .reasonCode, "Reason code."),
        .plain("message", \.message, .message, "What happened, for people."),
        .plain("at", \.at, .microTime, "When it ended."),
    ]
}

extension ImageProposal: SchemaRecord {
    public static let fields: [Field<ImageProposal>] = [
        .required("branch", \.branch, .identifier, "The branch that it was pushed to."),
        .required("commit", \.commit, .identifier, "The commit that was pushed."),
        .plain(
            "images", \.images, .list(of: .identifier, .atomic, maximum: 100),
            "Each image that it changes, with tag and digest."),
        .plain("at", \.at, .microTime, "When it was pushed."),
    ]
}
