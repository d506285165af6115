import JSON
import ResourceAPI

/// What happened to one object.
struct ObjectChange: Sendable, Hashable {
    enum Verb: String, Sendable, Hashable {
        case created, configured, unchanged, deleted, replaced, edited, patched, labeled, unlabeled, annotated, scaled
        case patchedNothing = "patched (no change)"
        case notLabeled = "not labeled"
        /// Checked on this side only.
        case valid
    }

    var reference: ObjectReference
    var verb: Verb
    var object: JSONValue
    var dryRun: DryRun
    /// Whether the server merged the change (server-side apply).
    var isServerSide = false

    init(_ reference: ObjectReference, _ verb: Verb, _ object: JSONValue, _ dryRun: DryRun, isServerSide: Bool = false)
    {
        self.reference = reference
        self.verb = verb
        self.object = object
        self.dryRun = dryRun
        self.isServerSide = isServerSide
    }

    /// `instanceset.imm.dev/web created (serverside)`
    var line: String {
        let how: String =
            switch dryRun {
            case .none: isServerSide ? " (serverside)" : ""
            case .client: " (dry run)"
            case .server: " (server dry run)"
            }
        return "\(reference.qualifiedName) \(verb.rawValue)\(how)"
    }
}
