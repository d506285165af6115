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
        return try installation(in: secret, "restart the immd that has the store, which writes it anew")
    }

    private static func installation(in secret: Secret, _ remedy: String) throws(APIStatus) -> Installation {
        guard let id = secret.data["id"].flatMap(Base64.decode), let key = secret.data["key"].flatMap(Base64.decode),
            InstallationRecord.isID(String(decoding: id, as: UTF8.self)), !key.isEmpty
        else {
            throw APIStatus(
                code: 500, reason: .invalid,
                message: "the Secret \(secret.namespace)/\(secret.name) has no id and key; \(remedy)")
        }
        return Installation(id: String(decoding: id, as: UTF8.self), key: key)
    }

    /// Of a cluster: the Secret is the record itself. Made by the first process that finds none; the others take what they find.
    ///
    /// - Parameter wanted: the id of an installation that has none there yet.
    static func agree(
        in namespace: String, wanted: String?, _ client: any ResourceClient, _ randomness: any Randomness
    ) async throws(APIStatus) -> Installation {
        let name = "imm-installation"
        if let found = try await client.find(Secret.self, namespace: namespace, name: name) {
            let installation = try installation(
                in: found, "restore it: without it nothing at the providers is known again")
            guard wanted == nil || wanted == installation.id else {
                throw APIStatus(
                    code: 409, reason: .invalid,
                    message:
                        "the Secret \(namespace)/\(name) is of installation \(installation.id), not \(wanted ?? ""): "
                        + "leave --installation-id out")
            }
            return installation
        }
        let made = Installation.fresh(wanted, randomness)
        var secret = Secret()
        secret.metadata = ObjectMeta(name: name, namespace: namespace)
        secret.data = ["id": Base64.encode(Array(made.id.utf8)), "key": Base64.encode(made.key)]
        do throws(APIStatus) {
            _ = try await client.create(secret)
            return made
        } catch {
            guard error.isAlreadyExists else { throw error }
            return try await agree(in: namespace, wanted: wanted, client, randomness)
        }
    }
}

extension Installation {
    /// With a key of 256 random bits.
    static func fresh(_ id: String?, _ randomness: any Randomness) -> Installation {
        let key = (0..<4).flatMap { _ in withUnsafeBytes(of: randomness.next()) { Array($0) } }
        return Installation(id: id ?? randomness.nameSuffix(length: 10), key: key)
    }
}
