import InfraAPI
import JSON
import ResourceAPI

/// A client whose writes are changed on their way.
struct BentClient: ResourceClient {
    private let base: any ResourceClient
    private let bentCreate: @Sendable (JSONValue) -> JSONValue
    private let bentUpdate: @Sendable (JSONValue) -> JSONValue
    /// What follows a write that was done, with what the server answered.
    private let afterUpdate: @Sendable (any ResourceClient, JSONValue) async throws(APIStatus) -> Void

    init(
        _ base: any ResourceClient, create: @escaping @Sendable (JSONValue) -> JSONValue = { $0 },
        update: @escaping @Sendable (JSONValue) -> JSONValue = { $0 },
        afterUpdate: @escaping @Sendable (any ResourceClient, JSONValue) async throws(APIStatus) -> Void = { _, _ in }
    ) {
        self.base = base
        self.afterUpdate = afterUpdate
        bentCreate = create
        bentUpdate = update
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue { try await base.get(reference) }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList { try await base.list(type, in: namespace, options) }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch { try await base.watch(type, in: namespace, options) }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await base.create(bentCreate(object), options)
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let answer = try await base.update(bentUpdate(object), subresource, options)
        try await afterUpdate(base, answer)
        return answer
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await base.apply(object, options)
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue { try await base.mergePatch(reference, patch, subresource, options) }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try await base.delete(reference, options)
    }
}
