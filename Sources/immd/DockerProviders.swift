import Ambient
import Controllers
import DockerEngine
import DockerProvider
import HTTPTransport
import InfraAPI
import JSON
import Logging
import ProviderInterface
import ResourceAPI

/// Makes back ends of Provider objects of type docker.
struct DockerProviders: Sendable {
    let client: any ResourceClient
    let installation: Installation
    /// Where files of instances are kept, for engines on this host.
    let filesDirectory: String
    let surroundings: Surroundings
    let logger: Logger

    /// Throws while the Secret of its credentials is not as it should be.
    func make(_ object: ProviderObject) async throws(ProviderError) -> any Provider {
        let endpoint = object.spec.endpoint ?? "unix:///var/run/docker.sock"
        var configuration = DockerProviderConfiguration(installationID: installation.id)
        let engine: DockerEngine
        if endpoint.hasPrefix("tcp://") {
            let address = String(endpoint.dropFirst("tcp://".count))
            engine = DockerEngine(address: address, tls: try await tls(of: object), time: surroundings.time)
            // Its files and its loopback are those of another host.
            configuration.reachesContainers = false
        } else {
            let path = endpoint.hasPrefix("unix://") ? String(endpoint.dropFirst("unix://".count)) : endpoint
            engine = DockerEngine(socketPath: path, time: surroundings.time)
            configuration.filesDirectory = filesDirectory
        }
        return DockerProvider(engine: engine, configuration: configuration, surroundings: surroundings, logger: logger)
    }

    private func tls(of object: ProviderObject) async throws(ProviderError) -> TLSOptions {
        guard let reference = object.spec.credentials?.secretRef else {
            throw ProviderError(
                .unreachable, "Provider \(object.name) has no credentials for \(object.spec.endpoint ?? "")")
        }
        let secret: Secret
        do throws(APIStatus) {
            secret = try await client.get(Secret.self, namespace: reference.namespace, name: reference.name)
        } catch {
            throw ProviderError(
                .unreachable,
                "the credentials of Provider \(object.name) cannot be read: \(error.message); make the Secret "
                    + "\(reference.namespace)/\(reference.name)")
        }
        func pem(_ key: String) throws(ProviderError) -> TLSOptions.Material {
            guard let bytes = secret.data[key].flatMap(Base64.decode) else {
                throw ProviderError(
                    .unreachable, "Secret \(reference.namespace)/\(reference.name) has no key \(key); add it, in PEM")
            }
            return .pem(bytes)
        }
        return TLSOptions(
            certificateAuthority: try pem(ProviderCredentials.authorityKey),
            clientCertificate: try pem(ProviderCredentials.certificateKey),
            clientKey: try pem(ProviderCredentials.privateKeyKey))
    }
}
