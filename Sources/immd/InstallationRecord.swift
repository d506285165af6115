import Ambient
import Controllers
import InfraAPI
import JSON
import ObjectStore

/// Installation id and key, which stand in the store (and its backups) and are served by no API.
enum InstallationRecord {
    private static let key = ObjectKey(resource: "internal.imm.dev/installations", namespace: "", name: "installation")

    /// Reads them; made at the first start.
    static func load(_ store: some VersionedStore, _ surroundings: Surroundings) async throws -> Installation {
        if let stored = try await store.get(key)?.body {
            guard let id = stored["id"]?.stringValue, let secret = stored["key"]?.stringValue.flatMap(Base64.decode)
            else {
                throw StoreError(.storage, "the installation record of the store cannot be read; restore a backup")
            }
            return Installation(id: id, key: secret)
        }
        let secret = (0..<4).flatMap { _ in
            withUnsafeBytes(of: surroundings.randomness.next()) { Array($0) }
        }
        let installation = Installation(id: surroundings.randomness.nameSuffix(length: 10), key: secret)
        let body: JSONValue = ["id": .string(installation.id), "key": .string(Base64.encode(secret))]
        _ = try await store.commit([StoreMutation(key, .put(body), if: .absent)])
        return installation
    }
}
