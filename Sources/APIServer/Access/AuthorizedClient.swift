public import InfraAPI
public import JSON
public import ResourceAPI

/// A client that acts as somebody: each verb is allowed or refused by the RoleBindings, as if it had come over HTTP. What
/// controllers are handed for work that they do in a user's name.
public struct AuthorizedClient: ResourceClient {
    private let client: any ResourceClient
    private let authorization: Authorization
    private let caller: Caller

    init(_ client: any ResourceClient, as caller: Caller) {
        self.client = client
        self.caller = caller
        authorization = Authorization(client: client)
    }

    /// A client that acts as a GitSource: with what RoleBindings give it in its own namespace, or its name in others.
    public init(_ client: any ResourceClient, asGitSource name: String, in namespace: String) {
        self.init(
            client,
            as: Caller(name: "\(Caller.gitSourcePrefix)\(namespace):\(name)", groups: [], method: .gitSource))
    }

    /// - Throws: 403 in Kubernetes' words.
    private func check(
        _ verb: String, _ type: ResourceType, _ namespace: String?, _ name: String? = nil,
        _ subresource: Subresource? = nil
    ) async throws(APIStatus) {
        // As in Kubernetes a Namespace counts as in itself.
        let scope = type == Namespace.resourceType ? name : namespace.flatMap { $0.isEmpty ? nil : $0 }
        try await authorization.check(
            caller,
            RequestAttributes(
                verb: verb,
                target: .resource(
                    RequestAttributes.Resource(
                        group: type.group, resource: type.plural, subresource: subresource?.rawValue,
                        namespace: type.namespaced || type == Namespace.resourceType ? scope : nil, name: name))))
    }

    private func check(
        _ verb: String, _ object: JSONValue, _ subresource: Subresource? = nil
    ) async throws(APIStatus) {
        guard let apiVersion = object["apiVersion"]?.stringValue, let kind = object["kind"]?.stringValue,
            let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind)
        else {
            // The client itself says what is wrong with it; nothing is allowed to what is not known.
            guard caller.isAdmin else { throw .badRequest("the object's apiVersion and kind are not known") }
            return
        }
        let metadata = object["metadata"]
        try await check(
            verb, type, metadata?["namespace"]?.stringValue, metadata?["name"]?.stringValue, subresource)
    }

    private func signed(_ options: WriteOptions) -> WriteOptions {
        var options = options
        options.user = caller.name
        return options
    }

    public func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await check("get", reference.type, reference.namespace, reference.name)
        return try await client.get(reference)
    }

    public func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try await check("list", type, namespace)
        return try await client.list(type, in: namespace, options)
    }

    public func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try await check("watch", type, namespace)
        return try await client.watch(type, in: namespace, options)
    }

    public func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await check("create", object)
        return try await client.create(object, signed(options))
    }

    public func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await check("update", object, subresource)
        return try await client.update(object, subresource, signed(options))
    }

    public func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await apply(object, nil, options)
    }

    public func apply(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await check("patch", object, subresource)
        return try await client.apply(object, subresource, signed(options))
    }

    public func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await check("patch", reference.type, reference.namespace, reference.name, subresource)
        return try await client.mergePatch(reference, patch, subresource, signed(options))
    }

    public func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try await check("delete", reference.type, reference.namespace, reference.name)
        return try await client.delete(reference, options)
    }
}
