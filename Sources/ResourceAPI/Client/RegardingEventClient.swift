public import InfraAPI
public import JSON

/// The verbs on `events.k8s.io/v1` Events over those on the `v1` Events that are stored: objects are put into the one
/// form on the way in and into the other on the way out.
public struct RegardingEventClient: ResourceClient {
    private let client: any ResourceClient

    /// - Parameter client: which serves the `v1` Events.
    public init(_ client: any ResourceClient) { self.client = client }

    public func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        RegardingEvent.newer(try await client.get(older(reference)))
    }

    public func list(
        _: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        var list = try await client.list(Event.resourceType, in: namespace, options)
        list.items = list.items.map(RegardingEvent.newer)
        return list
    }

    public func watch(
        _: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let watch = try await client.watch(Event.resourceType, in: namespace, options)
        return ResourceWatch(
            next: { () async throws(APIStatus) in
                try await watch.next()?.map { event in
                    switch event {
                    case .added(let object): .added(RegardingEvent.newer(object))
                    case .modified(let object): .modified(RegardingEvent.newer(object))
                    case .deleted(let object): .deleted(RegardingEvent.newer(object))
                    case .bookmark: event
                    }
                }
            },
            cancel: { watch.cancel() })
    }

    public func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        RegardingEvent.newer(try await client.create(RegardingEvent.older(object), options))
    }

    public func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        RegardingEvent.newer(try await client.update(RegardingEvent.older(object), subresource, options))
    }

    public func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        RegardingEvent.newer(try await client.apply(RegardingEvent.older(object), options))
    }

    public func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        // A patch names fields at the top alone: renamed like an object, but for what it does not say.
        var renamed = RegardingEvent.older(patch)
        for name in ["apiVersion", "kind"] where patch[name] == nil { renamed[name] = nil }
        return RegardingEvent.newer(try await client.mergePatch(older(reference), renamed, subresource, options))
    }

    public func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        RegardingEvent.newer(try await client.delete(older(reference), options))
    }

    private func older(_ reference: ObjectReference) -> ObjectReference {
        ObjectReference(Event.resourceType, namespace: reference.namespace, name: reference.name)
    }
}
