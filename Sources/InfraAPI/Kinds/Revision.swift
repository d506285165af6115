public import Ambient

/// A frozen, content-addressed copy of a template with its image resolved. `spec` never changes.
///
/// Named `<set>-<10 hex of the hash>`; owned by its set; written by the InstanceSet controller alone.
public struct Revision: APIObject {
    public var metadata = ObjectMeta()
    public var spec = RevisionSpec()
    public var status = RevisionStatus()

    public init() {}
}

public struct RevisionSpec: Sendable, Hashable {
    /// Name of the set.
    public var set = ""
    /// Counts the set's revisions from 1; `rollout undo --to-revision` names it.
    public var number = 0
    /// `v1-` and 64 hex digits: see `RevisionHash`.
    public var hash = ""
    /// `image` is `repository@digest` or an image ID.
    public var template = InstanceTemplate()
    public var volumeClaimTemplates: [VolumeClaimTemplate] = []
    /// `image` as the user wrote it, for people.
    public var requestedImage = ""

    public init() {}
}

public struct RevisionStatus: Sendable, Hashable {
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
        case pending = "Pending"
        case proven = "Proven"
        case rejected = "Rejected"
    }

    public var verdict = Verdict.pending
    /// When every slot became available on this revision; the proving window starts here.
    public var completedAt: Timestamp?
    public var provenAt: Timestamp?
    public var rejectedAt: Timestamp?
    /// Why it was rejected; nil unless it is.
    public var evidence: RevisionEvidence?
    /// When a person last asked for it to be tried again: what was known before counts no more.
    public var retriedAt: Timestamp?
    public var conditions: [Condition] = []

    public init() {}
}

/// What a revision was rejected on: the first failure that only image or template can be blamed for.
public struct RevisionEvidence: Sendable, Hashable {
    /// The longest `message`, in characters; the same everywhere where a failure is recorded.
    public static let longestMessage = 512

    /// Name of the instance; it is gone soon after.
    public var instance = ""
    public var slot = 0
    /// Reason code: `Died`, `NotLive`, `StartRefused` or `ProgressDeadlineExceeded`.
    public var reason = ""
    /// One sentence.
    public var message = ""
    public var exitCode: Int?
    public var at = Timestamp.epoch

    public init() {}
}

extension RevisionEvidence {
    /// For people.
    public var sentence: String { "slot \(slot): \(instance): \(message)" }
}
