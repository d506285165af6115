import HTTPTypes
import RequestSyntax
import ResourceAPI

/// What a request wants to do, in the words of Kubernetes' authorization.
struct RequestAttributes: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        case resource(Resource)
        /// Not a resource: discovery, health.
        case path(String)
    }

    struct Resource: Sendable, Hashable {
        var group: String
        /// The plural.
        var resource: String
        var subresource: String?
        /// nil: the cluster scope, or all namespaces.
        var namespace: String?
        var name: String?

        /// `instances`, or with a subresource `instances/exec`.
        var path: String { subresource.map { "\(resource)/\($0)" } ?? resource }
    }

    /// get, list, watch, create, update, patch, delete, deletecollection; for paths the HTTP method in lower case.
    let verb: String
    let target: Target

    init(verb: String, target: Target) {
        self.verb = verb
        self.target = target
    }

    init(_ method: HTTPRequest.Method, _ info: RequestInfo) {
        switch info.target {
        case .path(let segments):
            verb = method.rawValue.lowercased()
            target = .path("/" + segments.joined(separator: "/"))
        case .resource(let path):
            verb = RequestAttributes.verb(method, path, isWatch: info.query.flag("watch") == true)
            // As in Kubernetes a Namespace counts as in itself, so that a role in it can show it.
            let isNamespace = path.group.isEmpty && path.resource == "namespaces"
            target = .resource(
                Resource(
                    group: path.group, resource: path.resource, subresource: path.subresource,
                    namespace: isNamespace ? path.name : path.namespace, name: path.name))
        }
    }

    /// Subresources that begin something at the instance: a websocket begins with GET, and is no reading.
    private static let actions: Set<String> = ["exec", "attach", "portforward"]

    private static func verb(
        _ method: HTTPRequest.Method, _ path: RequestInfo.ResourcePath, isWatch: Bool
    ) -> String {
        if let subresource = path.subresource, actions.contains(subresource) { return "create" }
        switch method {
        case .get, .head:
            if isWatch { return "watch" }
            return path.name == nil ? "list" : "get"
        case .post: return "create"
        case .put: return "update"
        case .patch: return "patch"
        case .delete: return path.name == nil ? "deletecollection" : "delete"
        default: return method.rawValue.lowercased()
        }
    }
}

extension APIStatus {
    /// 403 in Kubernetes' words.
    static func forbidden(_ caller: Caller, _ attributes: RequestAttributes) -> APIStatus {
        switch attributes.target {
        case .path(let path):
            return APIStatus(
                code: 403, reason: .forbidden,
                message: "forbidden: User \"\(caller.name)\" cannot \(attributes.verb) path \"\(path)\"")
        case .resource(let resource):
            let qualified = resource.group.isEmpty ? resource.resource : "\(resource.resource).\(resource.group)"
            let object = resource.name.map { "\(qualified) \"\($0)\"" } ?? qualified
            let scope = resource.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
            return APIStatus(
                code: 403, reason: .forbidden,
                message: "\(object) is forbidden: User \"\(caller.name)\" cannot \(attributes.verb) resource "
                    + "\"\(resource.path)\" in API group \"\(resource.group)\" \(scope)",
                group: resource.group, kind: resource.resource, name: resource.name)
        }
    }
}
