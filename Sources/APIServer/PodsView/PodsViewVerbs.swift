import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// Instances as Pods, under /api/v1.
extension APIResponder {
    /// The answer to a request for a kind of the view.
    ///
    /// - Returns: nil when the view is off or the path is none of its.
    func podsView(
        _ request: Request, _ context: APIRequestContext, _ path: RequestInfo.ResourcePath, _ query: RequestQuery,
        _ report: WriteReport
    ) async throws(APIStatus) -> Response? {
        guard let podTranslation, let type = ViewedKinds.find(path), path.namespace != nil || path.name == nil else {
            return nil
        }
        let resource = ResourceRequest(
            http: request, channel: context.channel, type: type, namespace: path.namespace, name: path.name,
            query: query, report: report)
        if let subresource = path.subresource { return try await self.subresource(subresource, ofPod: resource) }
        guard request.method == .get else { throw PodsView.refusal(request.method.rawValue, resource) }
        var view = self
        view.client = PodsViewClient(
            stored: client, translation: podTranslation,
            isPrinted: try Representation(accept: request.headers[.accept]) == .table)
        if query.flag("watch") == true { return try await view.watch(resource) }
        return try await path.name == nil ? view.list(resource) : view.get(resource)
    }

    private func subresource(_ name: String, ofPod request: ResourceRequest) async throws(APIStatus) -> Response {
        guard request.type == ViewedKinds.pod else { throw .unknownPath(request.http.uri.path) }
        switch (name, request.http.method) {
        case ("log", .get):
            let instance = try await instance(ofPod: request)
            if request.query.flag("previous") == true {
                throw .badRequest(
                    "previous terminated container \"\(PodSpec.containerName(of: instance))\" in pod "
                        + "\"\(instance.name)\" not found: an instance is started once, and replaced when it ends")
            }
            return try await log(request.ofInstance)
        case ("exec", .get), ("exec", .post):
            _ = try await instance(ofPod: request)
            return try await exec(request.ofInstance)
        default: throw PodsView.refusal(request.http.method.rawValue, request, subresource: name)
        }
    }

    /// The Instance behind a Pod, after a look at the container that the request names.
    private func instance(ofPod request: ResourceRequest) async throws(APIStatus) -> Instance {
        let name = try request.reference().name
        let instance: Instance
        do throws(APIStatus) {
            instance = try await client.get(Instance.self, namespace: request.namespace ?? "", name: name)
        } catch {
            throw error.isNotFound && error.kind == Instance.resourceType.plural
                ? .notFound(ViewedKinds.pod, name) : error
        }
        let container = PodSpec.containerName(of: instance)
        if let asked = request.query.nonEmpty("container"), asked != container {
            throw .badRequest("container \(asked) is not valid for pod \(name): it has one container, \(container)")
        }
        return instance
    }
}

extension ResourceRequest {
    /// The same request of the Instance that the Pod shows.
    fileprivate var ofInstance: ResourceRequest {
        ResourceRequest(
            http: http, channel: channel, type: Instance.resourceType, namespace: namespace, name: name, query: query,
            report: report)
    }
}

/// What the view says to those who want to change something.
enum PodsView {
    /// 405 with the command that does what was meant, as far as there is one.
    static func refusal(_ method: String, _ request: ResourceRequest, subresource: String? = nil) -> APIStatus {
        let what = (["pods"] + [subresource].compactMap { $0 }).joined(separator: "/")
        let name = request.name ?? "NAME"
        let namespace = request.namespace.map { " -n \($0)" } ?? ""
        let hint: String
        switch (method, subresource) {
        case (_, "attach"?), (_, "portforward"?), (_, "proxy"?):
            hint = "use immctl logs -f \(name)\(namespace), or reach the instance at its address"
        case ("POST", nil): hint = "apply an InstanceSet: immctl apply -f FILE\(namespace)"
        case ("DELETE", _), (_, "eviction"?):
            hint = "to have its set's instances replaced: immctl rollout restart instanceset/SET\(namespace)"
        default: hint = "change its set: immctl edit instanceset/SET\(namespace)"
        }
        return APIStatus(
            code: 405, reason: .methodNotAllowed,
            message: "\(request.type == ViewedKinds.pod ? what : request.type.plural) are shown here and cannot be "
                + "changed (\(method)): an Instance is replaced, never edited; \(hint)")
    }
}
