import InfraAPI
import JSON
import ResourceAPI

/// A connection that can be cut.
struct CuttableClient: ResourceClient {
    let server: any ResourceClient
    let isCut: @Sendable () -> Bool

    private func check() throws(APIStatus) {
        if isCut() { throw APIStatus(code: 0, reason: .unreachable, message: "cut off") }
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.get(reference)
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try check()
        return try await server.list(type, in: namespace, options)
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try check()
        return try await server.watch(type, in: namespace, options)
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.create(object, options)
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.update(object, subresource, options)
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.apply(object, options)
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.mergePatch(reference, patch, subresource, options)
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try check()
        return try await server.delete(reference, options)
    }
}
