import APIServer
import JSON
import ObjectStore
import ResourceAPI

/// The records of tokens in the store.
struct StoredTokens: TokenStore {
    private let records: InternalRecords

    init(store: any VersionedStore) {
        records = InternalRecords(store: store, resource: "internal.imm.dev/tokens")
    }

    func token(named name: String) async throws(APIStatus) -> TokenRecord? {
        try await records.find(name).flatMap { TokenRecord(json: $0.body) }
    }

    func tokens() async throws(APIStatus) -> [TokenRecord] {
        try await records.all().compactMap { TokenRecord(json: $0) }
    }

    func insert(_ record: TokenRecord) async throws(APIStatus) -> Bool {
        try await records.put(record.name, record.json, if: .absent)
    }

    func update(_ record: TokenRecord) async throws(APIStatus) {
        // Only over the same token: it may have been revoked, and made anew, meanwhile.
        guard let stored = try await records.find(record.name), stored.body["digest"] == record.json["digest"] else {
            return
        }
        _ = try await records.put(record.name, record.json, if: .version(stored.version))
    }

    func remove(named name: String) async throws(APIStatus) -> Bool { try await records.remove(name) }
}
