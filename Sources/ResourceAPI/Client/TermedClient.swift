public import InfraAPI
public import JSON

/// A client whose writes are all made in one term: what a leader's controllers are handed, so that none of them has to know.
///
/// Where the server compares no terms (Kubernetes), `isOver` is what is left: who has not renewed in time, because it was paused
/// say, learns it here, before its next write, and not from a timer that wakes up beside it.
///
/// The first write that answers that the term is over is told to `onOver`, once or more often; all answers are passed on.
public struct TermedClient: ResourceClient {
    private let client: any ResourceClient
    private let term: LeaderTerm
    private let isOver: @Sendable () -> Bool
    private let onOver: @Sendable () -> Void

    /// - Parameter isOver: whether the term counts for over already; asked before each write, which is refused then.
    public init(
        _ client: any ResourceClient, in term: LeaderTerm, isOver: @escaping @Sendable () -> Bool = { false },
        onOver: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.term = term
        self.isOver = isOver
        self.onOver = onOver
    }

    private func checkTerm() throws(APIStatus) {
        guard isOver() else { return }
        onOver()
        throw .over(term)
    }

    private func write(
        _ options: WriteOptions, _ body: (WriteOptions) async throws(APIStatus) -> JSONValue
    ) async throws(APIStatus) -> JSONValue {
        try checkTerm()
        var options = options
        options.term = term
        do throws(APIStatus) {
            return try await body(options)
        } catch {
            if error.isTermOver { onOver() }
            throw error
        }
    }

    public func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await client.get(reference)
    }

    public func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try await client.list(type, in: namespace, options)
    }

    public func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try await client.watch(type, in: namespace, options)
    }

    public func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await write(options) { options throws(APIStatus) in try await client.create(object, options) }
    }

    public func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await write(options) { options throws(APIStatus) in
            try await client.update(object, subresource, options)
        }
    }

    public func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await write(options) { options throws(APIStatus) in try await client.apply(object, options) }
    }

    public func apply(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await write(options) { options throws(APIStatus) in try await client.apply(object, subresource, options) }
    }

    public func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await write(options) { options throws(APIStatus) in
            try await client.mergePatch(reference, patch, subresource, options)
        }
    }

    public func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try checkTerm()
        var options = options
        options.term = term
        do throws(APIStatus) {
            return try await client.delete(reference, options)
        } catch {
            if error.isTermOver { onOver() }
            throw error
        }
    }
}
