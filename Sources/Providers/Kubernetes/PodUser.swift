internal import JSON
internal import ProviderInterface

/// Who an instance runs as, and what follows for the security contexts (Pod Security Standard "restricted", where the template
/// does not ask for root).
struct PodUser: Sendable, Hashable {
    let uid: Int?
    let gid: Int?

    var isRoot: Bool { uid == 0 }

    /// - Parameter user: `uid[:gid]`; nil: the image's own, which must then be a number other than 0.
    init(_ user: String?) throws(ProviderError) {
        guard let user else {
            (uid, gid) = (nil, nil)
            return
        }
        let parts = user.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), parts.allSatisfy({ ($0 ?? -1) >= 0 }) else {
            throw ProviderError(
                .startRefused,
                "the user \(user) cannot be had on Kubernetes: kubelets take numbers alone; write UID or UID:GID, as 1000:1000"
            )
        }
        (uid, gid) = (parts[0], parts.count == 2 ? parts[1] : nil)
    }

    var podSecurity: JSONValue {
        var context: JSONValue = ["seccompProfile": ["type": "RuntimeDefault"]]
        if !isRoot { context["runAsNonRoot"] = true }
        context["runAsUser"] = uid.map { .int(Int64($0)) }
        context["runAsGroup"] = gid.map { .int(Int64($0)) }
        // A new file system belongs to root: its group is what lets another user write.
        if let group = gid ?? uid, group > 0 {
            context["fsGroup"] = .int(Int64(group))
            context["fsGroupChangePolicy"] = "OnRootMismatch"
        }
        return context
    }

    func containerSecurity(hasReadOnlyRoot: Bool) -> JSONValue {
        var context: JSONValue = [
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": .bool(hasReadOnlyRoot),
        ]
        // Root without any capability could not even change to another user, which is what images that ask for it do.
        if !isRoot { context["capabilities"] = ["drop": ["ALL"]] }
        return context
    }
}
