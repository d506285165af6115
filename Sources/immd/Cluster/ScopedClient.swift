import InfraAPI
import JSON
import ResourceAPI

/// A client that stays in some namespaces: a list of everything is those of the namespaces, and a write elsewhere is refused here,
/// so that nothing is asked for that nobody granted. The Provider may be the one of the flags.
struct ScopedClient: ResourceClient {
    private let client: any ResourceClient
    /// nil: all.
    private let namespaces: [String]?
    private let provider: FixedProvider?

    init(_ client: any ResourceClient, namespaces: [String]?, provider: FixedProvider?) {
        self.client = client
        self.namespaces = namespaces
        self.provider = provider
    }

    /// nil: Providers are the server's.
    private func provider(for type: ResourceType) -> FixedProvider? {
        type == ProviderObject.resourceType ? provider : nil
    }

    private func check(_ object: JSONValue) throws(APIStatus) {
        guard let namespaces, let namespace = object["metadata"]?["namespace"]?.stringValue, !namespace.isEmpty,
            !namespaces.contains(namespace), object["kind"] != .string(Lease.resourceType.kind)
        else { return }
        throw APIStatus(
            code: 403, reason: .forbidden,
            message:
                "namespace \(namespace) is none of those that this immd serves: \(namespaces.joined(separator: ", "))")
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        if let provider = provider(for: reference.type) { return try provider.get(reference.name) }
        return try await client.get(reference)
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        if let provider = provider(for: type) { return provider.list() }
        guard let namespaces, namespace == nil, type.namespaced else {
            return try await client.list(type, in: namespace, options)
        }
        var whole = ObjectList(items: [], resourceVersion: "")
        for namespace in namespaces {
            let list = try await client.list(type, in: namespace, options)
            whole.items += list.items
            whole.resourceVersion = list.resourceVersion
        }
        return whole
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        if let provider = provider(for: type) { return provider.watch(options) }
        return try await client.watch(type, in: namespace, options)
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check(object)
        return try await client.create(object, options)
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        if let provider, object["kind"] == .string(ProviderObject.resourceType.kind) {
            return try provider.update(object, subresource)
        }
        return try await client.update(object, subresource, options)
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check(object)
        return try await client.apply(object, options)
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await client.mergePatch(reference, patch, subresource, options)
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try await client.delete(reference, options)
    }
}
