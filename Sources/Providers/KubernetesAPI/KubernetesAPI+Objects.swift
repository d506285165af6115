internal import HTTPTransport
public import JSON

/// What a list or watch leaves out.
public struct APISelector: Sendable, Hashable {
    public var labels: String?
    public var fields: String?

    public init(labels: String? = nil, fields: String? = nil) { (self.labels, self.fields) = (labels, fields) }
}

/// One page of a list.
public struct APIPage: Sendable {
    public let items: [JSONValue]
    public let resourceVersion: String
    /// For the next page; nil: this is the last one.
    public let continuation: String?
}

/// What an object must be for a delete to take effect; another one is `.conflict`.
public struct APIPreconditions: Sendable, Hashable {
    public var uid: String?
    public var resourceVersion: String?

    public init(uid: String? = nil, resourceVersion: String? = nil) {
        (self.uid, self.resourceVersion) = (uid, resourceVersion)
    }
}

extension KubernetesAPI {
    /// Objects a page.
    public static let pageSize = 500

    /// The object now, not from a server's cache; nil: there is none.
    public func get(_ reference: APIReference) async throws(KubernetesError) -> JSONValue? {
        do throws(KubernetesError) {
            return try await json(APICall(.get, reference.path(), reference.description))
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    /// A page of the list as it is now, not from a server's cache.
    ///
    /// - Parameter namespace: nil: of all namespaces, or of a cluster-scoped resource.
    public func list(
        _ resource: APIResource, in namespace: String?, _ selector: APISelector = APISelector(),
        limit: Int = KubernetesAPI.pageSize, continuation: String? = nil
    ) async throws(KubernetesError) -> APIPage {
        var call = APICall(.get, resource.path(in: namespace), "\(resource.plural) \(namespace ?? "")")
        call.add("labelSelector", selector.labels)
        call.add("fieldSelector", selector.fields)
        call.add("limit", String(limit))
        call.add("continue", continuation)
        let json = try await json(call)
        let next = json["metadata"]?["continue"]?.stringValue ?? ""
        return APIPage(
            items: json["items"]?.arrayValue ?? [],
            resourceVersion: json["metadata"]?["resourceVersion"]?.stringValue ?? "",
            continuation: next.isEmpty ? nil : next)
    }

    /// The whole list, in pages, each handed over as it comes; returns the version of the list. An expired continuation is
    /// thrown as `.expired`.
    @discardableResult
    public func forEachPage(
        _ resource: APIResource, in namespace: String?, _ selector: APISelector = APISelector(),
        _ body: ([JSONValue]) -> Void
    ) async throws(KubernetesError) -> String {
        var continuation: String?
        while true {
            let page = try await list(resource, in: namespace, selector, continuation: continuation)
            body(page.items)
            guard let next = page.continuation else { return page.resourceVersion }
            continuation = next
        }
    }

    /// Makes an object; one of that name is `.alreadyExists`.
    public func create(
        _ resource: APIResource, in namespace: String?, _ object: JSONValue
    ) async throws(KubernetesError) -> JSONValue {
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        var call = APICall(
            .post, resource.path(in: namespace), "\(resource.plural) " + (namespace.map { "\($0)/" } ?? "") + name)
        call.add("fieldManager", "imm")
        call.body = object.encoded()
        return try await json(call)
    }

    /// Posts to a subresource, as `pods/NAME/binding` or `pods/NAME/eviction`.
    public func post(
        _ reference: APIReference, _ subresource: String, _ body: JSONValue
    ) async throws(KubernetesError) {
        var call = APICall(.post, reference.path(subresource), "\(reference)/\(subresource)")
        call.body = body.encoded()
        _ = try await send(call)
    }

    /// JSON merge patch (RFC 7386). With `metadata.resourceVersion` or `metadata.uid` in the patch, another version or object is
    /// `.conflict`.
    public func mergePatch(
        _ reference: APIReference, _ patch: JSONValue, subresource: String? = nil
    ) async throws(KubernetesError) -> JSONValue {
        let what = reference.description + (subresource.map { "/\($0)" } ?? "")
        var call = APICall(.patch, reference.path(subresource), what)
        call.add("fieldManager", "imm")
        call.contentType = "application/merge-patch+json"
        call.body = patch.encoded()
        return try await json(call)
    }

    /// Asks for an object's deletion. It is there until its finalizers are gone, and a Pod on a node until its kubelet is done with
    /// it. One that is gone is `.notFound`.
    ///
    /// - Parameter graceSeconds: for Pods. 0 takes the object away at once, whatever still runs.
    public func delete(
        _ reference: APIReference, _ preconditions: APIPreconditions = APIPreconditions(), graceSeconds: Int? = nil
    ) async throws(KubernetesError) {
        var call = APICall(.delete, reference.path(), reference.description)
        var options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"]
        if let graceSeconds { options["gracePeriodSeconds"] = .int(Int64(graceSeconds)) }
        if let uid = preconditions.uid { options[path: ["preconditions", "uid"]] = .string(uid) }
        if let version = preconditions.resourceVersion {
            options[path: ["preconditions", "resourceVersion"]] = .string(version)
        }
        call.body = options.encoded()
        _ = try await send(call)
    }
}
