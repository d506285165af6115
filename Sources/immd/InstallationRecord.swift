import Ambient
import Controllers
import InfraAPI
import JSON
import ObjectStore

/// Installation id and key, which stand in the store (and its backups) and are served by no API.
enum InstallationRecord {
    private static let key = ObjectKey(resource: "internal.imm.dev/installations", namespace: "", name: "installation")

    /// What can stand in names and labels of an engine.
    static func isID(_ text: String) -> Bool {
        (4...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    /// Reads them; made at the first start.
    ///
    /// - Parameter wanted: the id of a new store, from an installation whose store was lost.
    static func load(
        _ store: some VersionedStore, wanted: String?, _ surroundings: Surroundings
    ) async throws -> Installation {
        if let stored = try await store.get(key)?.body {
            guard let id = stored["id"]?.stringValue, let secret = stored["key"]?.stringValue.flatMap(Base64.decode)
            else {
                throw StoreError(.storage, "the installation record of the store cannot be read; restore a backup")
            }
            guard wanted == nil || wanted == id else {
                throw StoreError(
                    .storage,
                    "this data directory is of installation \(id), not \(wanted ?? ""): leave --installation-id out, or begin "
                        + "with another --data-dir")
            }
            return Installation(id: id, key: secret)
        }
        let installation = Installation.fresh(wanted, surroundings.randomness)
        let body: JSONValue = ["id": .string(installation.id), "key": .string(Base64.encode(installation.key))]
        _ = try await store.commit([StoreMutation(key, .put(body), if: .absent)])
        return installation
    }
}
