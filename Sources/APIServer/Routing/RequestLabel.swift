import Hummingbird
import InfraAPI
import RequestSyntax

/// What a request is called in metrics: few words, whatever clients send.
struct RequestLabel: Sendable, Hashable {
    private static let methods = ["get", "head", "post", "put", "patch", "delete"]
    /// Subresources whose answers last.
    private static let streams: Set<String> = ["log", "exec", "attach", "portforward"]

    let verb: String
    /// `plural.group[/subresource]` of a kind that is served; empty for all other paths.
    let resource: String
    /// Whether the answer has no end of its own.
    let isLong: Bool

    /// - Parameter info: nil for a path that means nothing.
    init(_ request: Request, _ info: RequestInfo?, _ kinds: KindTable) {
        let method = request.method.rawValue.lowercased()
        guard let info, case .resource(let path) = info.target,
            let type = kinds.find(group: path.group, version: path.version, plural: path.resource)
        else {
            verb = RequestLabel.methods.contains(method) ? method : "other"
            resource = ""
            isLong = false
            return
        }
        let subresource = path.subresource.map { name in
            ServedSubresource.list(type).contains { $0.name == name } ? "/\(name)" : "/other"
        }
        resource = type.qualifiedName + (subresource ?? "")
        let isCollection = path.name == nil
        switch request.method {
        case .get where info.query.flag("watch") == true && subresource == nil: verb = "watch"
        case .get: verb = isCollection ? "list" : "get"
        case .post: verb = "create"
        case .put: verb = "update"
        case .patch: verb = request.bodyMediaType == PatchType.apply.rawValue ? "apply" : "patch"
        case .delete: verb = isCollection ? "deletecollection" : "delete"
        default: verb = RequestLabel.methods.contains(method) ? method : "other"
        }
        isLong = verb == "watch" || RequestLabel.streams.contains(path.subresource ?? "")
    }
}
