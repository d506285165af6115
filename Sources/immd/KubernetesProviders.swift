import Ambient
import ClusterCredentials
import Controllers
import HTTPTransport
import ImageRegistry
import InfraAPI
import JSON
import KubernetesAPI
import KubernetesProvider
import Logging
import Manifests
import ProviderInterface
import ResourceAPI

/// The cluster that the objects are stored in.
struct HomeCluster: Sendable {
    let access: ClusterAccess
    /// Those that are served; nil: all.
    let namespaces: [String]?
    /// Where immd itself belongs.
    let systemNamespace: String
    let observer: KubernetesAPI.Observer?
}

/// Makes back ends of Provider objects of type kubernetes.
struct KubernetesProviders: Sendable {
    let client: any ResourceClient
    let installation: Installation
    /// nil: the objects are not stored on Kubernetes.
    let home: HomeCluster?
    let surroundings: Surroundings
    let logger: Logger

    /// Throws while the Secret of its credentials is not as it should be.
    func make(_ object: ProviderObject) async throws(ProviderError) -> any Provider {
        var configuration = KubernetesProviderConfiguration(installationID: installation.id)
        configuration.storageClass = object.spec.kubernetes?.storageClassName
        if object.spec.kubernetes?.accessMode == .readWriteOncePod { configuration.accessMode = .readWriteOncePod }
        configuration.digest = digest
        let access: ClusterAccess
        if let reference = object.spec.credentials?.secretRef {
            let selected = try await selected(reference, of: object.name)
            access = ClusterAccess(selected, environment: [:], surroundings)
            configuration.ownNamespace = selected.namespace ?? "default"
            configuration.reachesPods = false
        } else {
            guard let home else {
                throw ProviderError(
                    .unreachable,
                    "Provider \(object.name) has no credentials, and the objects are not stored on Kubernetes: name a Secret with "
                        + "a kubeconfig in spec.credentials.secretRef")
            }
            access = home.access
            configuration.namespace = try onlyNamespace(home, of: object.name)
            configuration.ownNamespace = home.systemNamespace
            configuration.instancesAreStoredHere = true
            configuration.reachesPods = Environment["KUBERNETES_SERVICE_HOST"] != nil
        }
        let isHome = object.spec.credentials == nil
        let api = KubernetesAPI(
            transport: HTTPTransport(endpoint: access.endpoint), authorization: access.authorization,
            userAgent: "immd/\(Version.text)", time: surroundings.time, observer: isHome ? home?.observer : nil)
        return KubernetesProvider(api: api, configuration: configuration, surroundings: surroundings, logger: logger)
    }

    private func onlyNamespace(_ home: HomeCluster, of name: String) throws(ProviderError) -> String? {
        guard let namespaces = home.namespaces else { return nil }
        guard namespaces.count == 1 else {
            throw ProviderError(
                .notSupported,
                "Provider \(name) cannot serve the namespaces \(namespaces.joined(separator: ", ")) at once: run one immd for "
                    + "each, or one for the whole cluster")
        }
        return namespaces.first
    }

    /// Its kubeconfig is a document that somebody sent: it names no files and no programs of this machine.
    private func selected(
        _ reference: NamespacedSecretReference, of name: String
    ) async throws(ProviderError) -> SelectedCluster {
        let secret: Secret
        let place = "Secret \(reference.namespace)/\(reference.name)"
        do throws(APIStatus) {
            secret = try await client.get(Secret.self, namespace: reference.namespace, name: reference.name)
        } catch {
            throw ProviderError(
                .unreachable,
                "the credentials of Provider \(name) cannot be read: \(error.message); make the \(place)")
        }
        guard let bytes = secret.bytes(for: ProviderCredentials.kubeconfigKey) else {
            throw ProviderError(
                .unreachable, "\(place) has no key \(ProviderCredentials.kubeconfigKey); add it, with a kubeconfig")
        }
        let (documents, diagnostics) = loadManifests([.text(name: "kubeconfig", bytes: bytes)])
        guard diagnostics.isEmpty, let document = documents.first, documents.count == 1 else {
            // Of the diagnostics the places alone: their words may quote what is secret.
            throw ProviderError(.unreachable, "\(place): its kubeconfig is not one YAML document without flaws")
        }
        do throws(CredentialError) {
            return try Kubeconfig(json: document.value).select(context: nil, directory: nil)
        } catch {
            throw ProviderError(.unreachable, "\(place): \(error)")
        }
    }

    private func digest(_ repository: String, _ tag: String) async throws(ProviderError) -> String {
        do throws(RegistryError) {
            return try await RegistryClient(surroundings.time).digest(of: repository, tag: tag)
        } catch {
            let code: ProviderError.Code =
                switch error.kind {
                case .notFound: .imageNotFound
                case .unreachable, .denied, .tooLarge, .limited, .refused: .pullFailed
                }
            throw ProviderError(code, "resolve the image \(repository):\(tag): \(error.message)")
        }
    }
}
