import Ambient
import Controllers
import InfraAPI
import JSON
import ResourceAPI

/// The installation as a Secret of the namespace `imm-system`: controllers in other processes need its id, by which engine objects
/// are known, and its key, which enters revision hashes. Only administrators may read it.
enum InstallationSecret {
    static let name = "installation"

    /// Makes the Secret say what the store's own record says.
    static func publish(_ installation: Installation, _ client: any ResourceClient) async throws(APIStatus) {
        let data = ["id": Base64.encode(Array(installation.id.utf8)), "key": Base64.encode(installation.key)]
        let found = try await client.find(Secret.self, namespace: NamespaceLifecycle.system, name: name)
        guard var secret = found else {
            var secret = Secret()
            secret.metadata = ObjectMeta(name: name, namespace: NamespaceLifecycle.system)
            secret.data = data
            _ = try await client.create(secret)
            return
        }
        guard secret.data != data else { return }
        secret.data = data
        _ = try await client.update(secret)
    }

    /// - Throws: 404 when the server has none.
    static func read(_ client: any ResourceClient) async throws(APIStatus) -> Installation {
        let secret = try await client.get(Secret.self, namespace: NamespaceLifecycle.system, name: name)
        guard let id = secret.data["id"].flatMap(Base64.decode), let key = secret.data["key"].flatMap(Base64.decode),
            !id.isEmpty, !key.isEmpty
        else {
            throw APIStatus(
                code: 500, reason: .internalError,
                message:
                    "the Secret \(NamespaceLifecycle.system)/\(name) has no id and key; restart the immd that has the "
                    + "store, which writes it anew")
        }
        return Installation(id: String(decoding: id, as: UTF8.self), key: key)
    }
}
