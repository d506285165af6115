import JSON
import ObjectStore
import ResourceAPI

/// Records in the store (and its backups) under a resource that no API serves.
struct InternalRecords: Sendable {
    let store: any VersionedStore
    /// `internal.imm.dev/…`
    let resource: String

    func find(_ name: String) async throws(APIStatus) -> StoredObject? {
        try await guarded { () async throws(StoreError) in try await store.get(key(name)) }
    }

    /// In the order of their names.
    func all() async throws(APIStatus) -> [JSONValue] {
        let page = try await guarded { () async throws(StoreError) in
            try await store.list(StoreScope(resource: resource), limit: nil, continuation: nil)
        }
        return page.objects.map(\.body)
    }

    /// - Returns: false when the precondition did not hold.
    func put(_ name: String, _ body: JSONValue, if precondition: StoreMutation.Precondition) async throws(APIStatus)
        -> Bool
    {
        try await commit(StoreMutation(key(name), .put(body), if: precondition))
    }

    /// - Returns: false when there is none of that name.
    func remove(_ name: String) async throws(APIStatus) -> Bool {
        try await commit(StoreMutation(key(name), .delete, if: .present))
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(resource: resource, namespace: "", name: name) }

    private func commit(_ mutation: StoreMutation) async throws(APIStatus) -> Bool {
        do throws(StoreError) {
            _ = try await store.commit([mutation])
            return true
        } catch {
            if case .conflict = error.code { return false }
            throw APIStatus(code: 500, reason: .internalError, message: error.message)
        }
    }

    private func guarded<Result>(
        _ body: () async throws(StoreError) -> Result
    ) async throws(APIStatus) -> Result {
        do throws(StoreError) {
            return try await body()
        } catch {
            throw APIStatus(code: 500, reason: .internalError, message: error.message)
        }
    }
}
