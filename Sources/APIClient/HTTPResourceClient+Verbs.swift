import HTTPTransport
public import InfraAPI
public import JSON
public import ResourceAPI

extension HTTPResourceClient: ResourceClient {
    /// Objects in one answer, as kubectl asks for them.
    private static let pageSize = 500

    public func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await json(.get, RequestPath(reference).string)
    }

    /// Without a limit all pages one after the other, each of them bounded: a consistent list, as the server's pages are those
    /// of one version.
    public func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        guard options.limit == nil, options.continuation == nil else { return try await page(type, namespace, options) }
        var options = options
        options.limit = HTTPResourceClient.pageSize
        var list = try await page(type, namespace, options)
        while let continuation = list.continuation {
            options.continuation = continuation
            let next = try await page(type, namespace, options)
            list.items += next.items
            list.continuation = next.continuation
        }
        list.remainingItemCount = nil
        return list
    }

    private func page(
        _ type: ResourceType, _ namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        let list = try await json(.get, listPath(type, namespace, options).string)
        let metadata = list["metadata"]
        return ObjectList(
            // Kubernetes leaves out what stands once in the list's own head.
            items: (list["items"]?.arrayValue ?? []).map { $0.withKind(of: type) },
            resourceVersion: metadata?["resourceVersion"]?.stringValue ?? "",
            continuation: metadata?["continue"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 },
            remainingItemCount: metadata?["remainingItemCount"]?.intValue.map(Int.init(clamping:)))
    }

    func listPath(_ type: ResourceType, _ namespace: String?, _ options: ListOptions) -> RequestPath {
        var path = RequestPath(type, in: namespace)
        path.add("labelSelector", options.labelSelector)
        path.add("fieldSelector", options.fieldSelector)
        path.add("limit", options.limit.map(String.init))
        path.add("continue", options.continuation)
        return path
    }

    public func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        let type = try type(of: object)
        var path = RequestPath(type, in: try namespace(of: object, type))
        path.add(options)
        return try await json(.post, path.string, body: object, term: options.term)
    }

    public func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let reference = try reference(of: object, isScale: subresource == .scale)
        var path = RequestPath(reference, subresource: subresource?.rawValue)
        path.add(options)
        return try await json(.put, path.string, body: object, term: options.term)
    }

    public func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await apply(object, nil, options)
    }

    public func apply(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let reference = try reference(of: object, isScale: subresource == .scale)
        var path = RequestPath(reference, subresource: subresource?.rawValue)
        path.add(options)
        return try await json(
            .patch, path.string, body: object, contentType: "application/apply-patch+yaml", term: options.term)
    }

    public func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        var path = RequestPath(reference, subresource: subresource?.rawValue)
        path.add(options)
        return try await json(
            .patch, path.string, body: patch, contentType: "application/merge-patch+json", term: options.term)
    }

    public func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        var body: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        if let propagation = options.propagation { body["propagationPolicy"] = .string(propagation.rawValue) }
        if let uid = options.uid { body[path: ["preconditions", "uid"]] = .string(uid) }
        if let version = options.resourceVersion {
            body[path: ["preconditions", "resourceVersion"]] = .string(version)
        }
        if options.dryRun { body["dryRun"] = ["All"] }
        let answer = try await json(.delete, RequestPath(reference).string, body: body, term: options.term)
        guard answer["kind"]?.stringValue == "Status", reference.type.kind != "Status" else { return answer }
        // Kubernetes answers a deletion without finalizers with a Status: all that is known of the object then.
        var object: JSONValue = [
            "apiVersion": .string(reference.type.apiVersion), "kind": .string(reference.type.kind),
            "metadata": ["name": .string(reference.name)],
        ]
        if !reference.namespace.isEmpty { object[path: ["metadata", "namespace"]] = .string(reference.namespace) }
        object[path: ["metadata", "uid"]] = answer["details"]?["uid"]
        return object
    }
}

// Where the object of a write goes to.
extension HTTPResourceClient {
    private func type(of object: JSONValue) throws(APIStatus) -> ResourceType {
        guard let kind = object["kind"]?.stringValue, let apiVersion = object["apiVersion"]?.stringValue else {
            throw .badRequest("the object has no apiVersion and kind")
        }
        guard let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind) else {
            throw APIStatus(
                code: 404, reason: .notFound, message: "no matches for kind \"\(kind)\" in version \"\(apiVersion)\"")
        }
        return type
    }

    private func namespace(of object: JSONValue, _ type: ResourceType) throws(APIStatus) -> String {
        let namespace = object["metadata"]?["namespace"]?.stringValue ?? ""
        if type.namespaced, namespace.isEmpty {
            throw .badRequest("metadata.namespace is required: \(type.plural) live in a namespace")
        }
        return namespace
    }

    private func reference(of object: JSONValue, isScale: Bool) throws(APIStatus) -> ObjectReference {
        // A Scale does not say of which kind it is; one alone has the subresource.
        let scalable = isScale ? ResourceTypes.all.first { $0.subresources.scale != nil } : nil
        let type: ResourceType
        if let scalable { type = scalable } else { type = try self.type(of: object) }
        guard let name = object["metadata"]?["name"]?.stringValue, !name.isEmpty else {
            throw .badRequest("metadata.name is required")
        }
        return ObjectReference(type, namespace: try namespace(of: object, type), name: name)
    }
}

extension JSONValue {
    fileprivate func withKind(of type: ResourceType) -> JSONValue {
        guard self["kind"] == nil else { return self }
        var object = self
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        return object
    }
}
