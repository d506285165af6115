public import InfraAPI
import JSON

// The verbs on Swift values, for controllers.
extension ResourceClient {
    public func get<Object: APIObject>(
        _: Object.Type, namespace: String = "", name: String
    ) async throws(APIStatus) -> Object {
        try decode(try await get(ObjectReference(Object.resourceType, namespace: namespace, name: name)))
    }

    /// nil instead of status 404.
    public func find<Object: APIObject>(
        _ type: Object.Type, namespace: String = "", name: String
    ) async throws(APIStatus) -> Object? {
        do throws(APIStatus) {
            return try await get(type, namespace: namespace, name: name)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    /// All objects of the selection, with the version of the snapshot.
    public func list<Object: APIObject>(
        _: Object.Type, in namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil
    ) async throws(APIStatus) -> (items: [Object], resourceVersion: String) {
        let options = ListOptions(labelSelector: labelSelector, fieldSelector: fieldSelector)
        let list = try await list(Object.resourceType, in: namespace, options)
        var items: [Object] = []
        items.reserveCapacity(list.items.count)
        for item in list.items { items.append(try decode(item)) }
        return (items, list.resourceVersion)
    }

    public func create<Object: APIObject>(
        _ object: Object, _ options: WriteOptions = WriteOptions()
    ) async throws(APIStatus) -> Object {
        try decode(try await create(object.json, options))
    }

    /// Replaces all but the status, if the object still stands at its resourceVersion.
    public func update<Object: APIObject>(
        _ object: Object, _ options: WriteOptions = WriteOptions()
    ) async throws(APIStatus) -> Object {
        try decode(try await update(object.json, nil, options))
    }

    /// Replaces the status alone, if the object still stands at its resourceVersion.
    public func updateStatus<Object: APIObject>(
        _ object: Object, _ options: WriteOptions = WriteOptions()
    ) async throws(APIStatus) -> Object {
        try decode(try await update(object.json, .status, options))
    }

    /// Deletes this very object: by its uid.
    @discardableResult
    public func delete<Object: APIObject>(
        _ object: Object, propagation: DeleteOptions.Propagation? = nil
    ) async throws(APIStatus) -> Object {
        let reference = ObjectReference(Object.resourceType, namespace: object.namespace, name: object.name)
        let options = DeleteOptions(propagation: propagation, uid: object.uid.isEmpty ? nil : object.uid)
        return try decode(try await delete(reference, options))
    }

    private func decode<Object: APIObject>(_ json: JSONValue) throws(APIStatus) -> Object {
        do throws(FieldError) {
            return try Object(json: json)
        } catch {
            throw APIStatus(
                code: 500, reason: .internalError,
                message: "a stored \(Object.resourceType.kind) cannot be read: \(error)")
        }
    }
}
