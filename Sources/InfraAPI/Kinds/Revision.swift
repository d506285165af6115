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
    /// Why it was rejected: one sentence.
    public var evidence: String?
    public var conditions: [Condition] = []

    public init() {}
}
