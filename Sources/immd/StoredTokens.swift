import APIServer
import JSON
import ObjectStore
import ResourceAPI

/// The records of tokens in the store (and its backups), under a resource that no API serves.
struct StoredTokens: TokenStore {
    private static let resource = "internal.imm.dev/tokens"

    let store: any VersionedStore

    func token(named name: String) async throws(APIStatus) -> TokenRecord? {
        try await stored(name).flatMap { TokenRecord(json: $0.body) }
    }

    func tokens() async throws(APIStatus) -> [TokenRecord] {
        let page = try await guarded { () async throws(StoreError) in
            try await store.list(StoreScope(resource: StoredTokens.resource), limit: nil, continuation: nil)
        }
        return page.objects.compactMap { TokenRecord(json: $0.body) }
    }

    func insert(_ record: TokenRecord) async throws(APIStatus) -> Bool {
        try await commit(StoreMutation(key(record.name), .put(record.json), if: .absent))
    }

    func update(_ record: TokenRecord) async throws(APIStatus) {
        // Only over the same token: it may have been revoked, and made anew, meanwhile.
        guard let stored = try await stored(record.name),
            stored.body["digest"] == record.json["digest"]
        else { return }
        _ = try await commit(StoreMutation(key(record.name), .put(record.json), if: .version(stored.version)))
    }

    func remove(named name: String) async throws(APIStatus) -> Bool {
        try await commit(StoreMutation(key(name), .delete, if: .present))
    }

    private func key(_ name: String) -> ObjectKey {
        ObjectKey(resource: StoredTokens.resource, namespace: "", name: name)
    }

    private func stored(_ name: String) async throws(APIStatus) -> StoredObject? {
        try await guarded { () async throws(StoreError) in try await store.get(key(name)) }
    }

    /// - Returns: false when the precondition did not hold.
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
