public import Ambient
import Crypto

/// Makes a Git repository the desired state of a namespace: each commit is rendered, validated as a whole and applied.
public struct GitSource: APIObject {
    /// A person's request to look at the repository now (`immctl gitops sync`, a webhook): any new text; echoed in
    /// `status.syncToken`.
    public static let syncAnnotation = "imm.dev/sync"
    /// On an object of the repository: a number, 0 without it. Objects of a lower wave are applied, and healthy, first.
    public static let waveAnnotation = "imm.dev/wave"
    /// On an object of the repository, with the value `Keep`: it is never pruned.
    public static let pruneAnnotation = "imm.dev/prune"
    /// Field manager of what a source applies, before its name.
    public static let managerPrefix = "imm-gitops-"

    public var metadata = ObjectMeta()
    public var spec = GitSourceSpec()
    public var status = GitSourceStatus()

    public init() {}

    /// Field manager of what the source applies: its name behind `managerPrefix`; a long one is cut, with a digest of the whole.
    public var fieldManager: String {
        let full = GitSource.managerPrefix + name
        guard full.utf8.count > GitSource.managerLimit else { return full }
        let digest = SHA256.hash(data: Array(name.utf8)).prefix(5).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        return full.prefix(GitSource.managerLimit - 11) + "-" + digest.joined()
    }

    /// Bytes that a field manager may have.
    private static let managerLimit = 128
}

public struct GitSourceSpec: Sendable, Hashable {
    public enum DriftPolicy: String, Sendable, Hashable, CaseIterable {
        /// What others changed of the applied fields is applied again.
        case revert = "Revert"
        /// It is only told.
        case report = "Report"
    }

    /// `https://`, `http://`, `ssh://`, `git://` or `file://`, without a password.
    public var url = ""
    /// nil: the branch that the remote calls HEAD.
    public var ref: GitReference?
    /// Directory in the repository, relative; `.` is its root.
    public var path = "."
    /// How often the repository is asked, ± `jitterPercent`.
    public var intervalSeconds = 60
    public var jitterPercent = 10
    /// While true nothing is fetched or applied.
    public var suspend = false
    /// Of each call of git.
    public var timeoutSeconds = 60
    /// Commits that are fetched; 0: all.
    public var depth = 1
    /// What a fetch and the files of a commit may hold.
    public var maxSize = Quantity(bytes: 64 << 20)
    public var credentials: GitCredentials?
    public var webhook: GitWebhook?
    /// nil: any commit is taken.
    public var verification: GitVerification?
    /// Sources of the same namespace that have to be ready first.
    public var dependsOn: [String] = []
    /// Namespace of objects that name none; nil: the source's own.
    public var targetNamespace: String?
    /// How long the objects of a commit, or of one of its waves, may take to become healthy before it is told.
    public var healthTimeoutSeconds = 600
    public var drift = DriftPolicy.revert
    public var prune = GitPruning()
    public var imageUpdates: GitImageUpdates?

    public init() {}
}

/// What of the repository is followed: one of these.
public struct GitReference: Sendable, Hashable {
    public var branch: String?
    public var tag: String?
    /// The highest tag in a range of semantic versions, such as `>=1.2 <2`.
    public var semver: String?
    public var commit: String?

    public init() {}
}

/// A Secret of the same namespace.
public struct LocalSecretReference: Sendable, Hashable {
    public var name = ""

    public init() {}
}

public struct GitCredentials: Sendable, Hashable {
    /// For https.
    public static let usernameKey = "username"
    public static let passwordKey = "password"
    /// Who signs the server's certificate, in PEM.
    public static let authorityKey = "ca.crt"
    /// For ssh: a private key without a passphrase, and the lines that name the server's own.
    public static let identityKey = "identity"
    public static let knownHostsKey = "known_hosts"

    public var secretRef = LocalSecretReference()

    public init() {}
}

public struct GitWebhook: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case github = "GitHub"
        case gitlab = "GitLab"
        case gitea = "Gitea"
        /// `Imm-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.
        case generic = "Generic"
    }

    /// Key in the Secret: what the sender signs with.
    public static let tokenKey = "token"

    public var type = Kind.generic
    public var secretRef = LocalSecretReference()

    public init() {}
}

/// Whose signature a commit has to carry.
public struct GitVerification: Sendable, Hashable {
    /// Key in the Secret: who may sign with ssh keys, as `ssh-keygen` reads it.
    public static let signersKey = "allowed_signers"
    /// Suffix of keys in the Secret that hold OpenPGP public keys, armoured.
    public static let openPGPSuffix = ".asc"

    public var secretRef = LocalSecretReference()

    public init() {}
}

/// What happens to objects that the source made and whose manifests are gone.
public struct GitPruning: Sendable, Hashable {
    public var enabled = true
    /// Objects, or the part of the inventory (rounded up), that one sync may delete without an approval.
    public var maxDeletions = IntOrString.string("25%")

    public init() {}
}

/// Newer images of what the source's sets run are proposed as a commit on a branch.
public struct GitImageUpdates: Sendable, Hashable {
    /// The branch that is written; not the one that is followed.
    public var branch = ""
    public var intervalSeconds = 300
    /// A map by image.
    public var images: [GitImagePolicy] = []

    public init() {}
}

public struct GitImagePolicy: Sendable, Hashable {
    public enum Order: String, Sendable, Hashable, CaseIterable {
        case numerical = "Numerical"
        case alphabetical = "Alphabetical"
    }

    /// A repository, without tag and digest.
    public var image = ""
    /// The highest tag in a range of semantic versions; or
    public var semver: String?
    /// the highest of the tags that match, with one `*`, by what stands in its place.
    public var pattern: String?
    public var order = Order.numerical
    /// What its registry wants to know, where it does not answer anybody: a Secret with the same keys as for the repository.
    public var credentials: GitCredentials?

    public init() {}
}

/// Observed state of a source. Written by the GitSource controller alone.
public struct GitSourceStatus: Sendable, Hashable {
    public static let historyLimit = 20

    public var observedGeneration = 0
    /// Value of the annotation `imm.dev/sync` that was last obeyed.
    public var syncToken: String?
    /// The commit that was last looked at, whatever came of it.
    public var lastAttemptedCommit: String?
    /// The commit whose objects were last applied in full.
    public var lastAppliedCommit: String?
    /// The generation of the spec by which they were: what another spec makes of the same commit may be something else.
    public var lastAppliedGeneration: Int?
    /// What the source made or took over, and may prune. At most 2,000.
    public var inventory: [InventoryEntry] = []
    /// Sets of the source whose present content was rejected: it is not rolled out again until it changes or someone says
    /// retry. At most 100.
    public var rejected: [RejectedContent] = []
    /// Objects that wait for a PruneApproval.
    public var pendingPrune: PendingPrune?
    /// The last syncs that did something or failed anew, the newest last. At most `historyLimit`.
    public var history: [SyncRecord] = []
    /// The last commit that image automation pushed.
    public var proposal: ImageProposal?
    public var conditions: [Condition] = []

    public init() {}
}

/// An object that a source is answerable for: by uid, so that another one of the same name is another one.
public struct InventoryEntry: Sendable, Hashable {
    public var apiVersion = ""
    public var kind = ""
    /// Empty for cluster-scoped kinds.
    public var namespace = ""
    public var name = ""
    /// Empty from before the source first applies it until its uid is known: if imm stops in between, the object is found
    /// again by the source's field manager.
    public var uid = ""

    public init() {}
}

public struct RejectedContent: Sendable, Hashable {
    /// The set.
    public var namespace = ""
    public var name = ""
    /// Name of the rejected revision.
    public var revision = ""
    public var message = ""

    public init() {}
}

public struct PendingPrune: Sendable, Hashable {
    /// The commit that no longer holds them.
    public var commit = ""
    public var objects: [InventoryEntry] = []
    /// Why it waits.
    public var message = ""

    public init() {}
}

public struct SyncRecord: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case applied = "Applied"
        /// Nothing was changed: the commit was bad, or was not let in.
        case refused = "Refused"
        /// It broke off between.
        case failed = "Failed"
    }

    public var commit = ""
    /// First line of the commit's message.
    public var subject = ""
    public var outcome = Outcome.applied
    public var reason = ""
    public var message = ""
    public var at = Timestamp.epoch

    public init() {}
}

public struct ImageProposal: Sendable, Hashable {
    public var branch = ""
    public var commit = ""
    /// `repository:tag@digest` of each image that it changes.
    public var images: [String] = []
    public var at = Timestamp.epoch

    public init() {}
}
