import InfraAPI
import JSON
import ResourceAPI

extension SyncProblem {
    /// Why the server does not take an object, in words that say what to do.
    init(refusal status: APIStatus, of id: ObjectID, _ source: GitSource) {
        let conflicts = status.causes.filter { $0.reason == "FieldManagerConflict" }
        if !conflicts.isEmpty {
            let fields = conflicts.map { "\($0.field) (\($0.message))" }.listed
            self.init(
                .fieldConflict,
                "others own fields with other values: \(fields); take them out of the manifest, or give them the manifest's values by "
                    + "hand (immctl apply): then both own them")
        } else if status.reason == .forbidden, !status.causes.contains(where: { $0.reason == "NamespaceTerminating" }),
            status.message.contains(" cannot ")
        {
            self.init(.forbidden, "\(status.message); \(SyncProblem.missing(for: id, source))")
        } else {
            self.init(.objectRefused, status.message)
        }
    }

    private static func missing(for id: ObjectID, _ source: GitSource) -> String {
        let role = id.kind == RoleBinding.resourceType.kind ? "admin" : "edit"
        if id.namespace.isEmpty {
            return
                "no RoleBinding gives rights to what is cluster-scoped, which administrators write: apply it by hand and take it out of the repository"
        }
        var subject = "kind: GitSource, name: \(source.name)"
        if id.namespace != source.namespace { subject += ", namespace: \(source.namespace)" }
        return "it needs a RoleBinding in namespace \(id.namespace) with role \(role) and subject {\(subject)}"
    }
}

extension APIStatus {
    /// Nobody is at fault: the server is not reached, is busy, or somebody was faster.
    var isPassing: Bool {
        switch reason {
        case .unreachable, .timeout, .tooManyRequests, .serviceUnavailable, .internalError, .unknown, .expired, .gone:
            true
        case .conflict: causes.allSatisfy { $0.reason != "FieldManagerConflict" }
        default: code == 0 || code >= 500
        }
    }
}
