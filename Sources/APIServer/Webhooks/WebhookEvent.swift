import InfraAPI
import JSON
import ResourceAPI

/// What a delivery tells.
enum WebhookEvent: Sendable, Hashable {
    /// The sender tries whether we are there.
    case ping
    case push(WebhookPush)
    /// Something else, by the sender's name of it.
    case other(String)

    /// Of a request that is known to be the sender's.
    ///
    /// - Throws: 400 when its body is not what such a sender sends.
    init(_ kind: GitWebhook.Kind, _ request: WebhookRequest, _ limits: APIServerLimits) throws(APIStatus) {
        switch kind {
        case .generic:
            // Its body is the sender's own affair.
            let body = try? request.payload(limits)
            self = .push(WebhookPush(ref: body?["ref"]?.stringValue, defaultBranch: nil))
        case .github: self = try WebhookEvent.named(request.header("X-GitHub-Event"), request, limits)
        case .gitea: self = try WebhookEvent.named(request.header("X-Gitea-Event"), request, limits)
        case .gitlab:
            let body = try request.payload(limits)
            let name = (body["object_kind"] ?? body["event_name"])?.stringValue ?? ""
            guard name == "push" || name == "tag_push" else {
                self = .other(name)
                return
            }
            self = .push(
                WebhookPush(
                    ref: body["ref"]?.stringValue, defaultBranch: body["project"]?["default_branch"]?.stringValue))
        }
    }

    private static func named(
        _ name: String?, _ request: WebhookRequest, _ limits: APIServerLimits
    ) throws(APIStatus) -> WebhookEvent {
        switch name {
        case "ping": return .ping
        case nil, "push":
            let body = try request.payload(limits)
            return .push(
                WebhookPush(
                    ref: body["ref"]?.stringValue, defaultBranch: body["repository"]?["default_branch"]?.stringValue))
        case let other?: return .other(other)
        }
    }
}

/// A push of a branch or a tag.
struct WebhookPush: Sendable, Hashable {
    /// Its full name (`refs/heads/main`); nil when the sender does not say it.
    let ref: String?
    /// The branch that the sender calls the repository's HEAD.
    let defaultBranch: String?

    /// Whether it may change what a source follows. Where that is not known, it may.
    func concerns(_ reference: GitReference?) -> Bool {
        guard let ref else { return true }
        // A generic sender may leave the beginning out.
        let isTag = ref.hasPrefix("refs/tags/") || !ref.hasPrefix("refs/")
        let isBranch = ref.hasPrefix("refs/heads/") || !ref.hasPrefix("refs/")
        let name =
            ["refs/heads/", "refs/tags/"].first(where: ref.hasPrefix).map { ref.dropFirst($0.count) } ?? ref[...]
        guard let reference else { return isBranch && (defaultBranch.map { name == $0 } ?? true) }
        if let branch = reference.branch { return isBranch && name == branch }
        if let tag = reference.tag { return isTag && name == tag }
        if reference.semver != nil { return isTag }
        // A commit that has a name already may only now be there.
        return true
    }
}
