import Controllers
import InfraAPI
import ResourceAPI

/// What the first start makes: the namespaces `default` and `imm-system`, and the default Provider.
enum Bootstrap {
    static func run(_ client: any ResourceClient, _ installation: Installation, dockerEndpoint: String) async throws {
        for name in NamespaceLifecycle.permanent {
            var namespace = Namespace()
            namespace.metadata = ObjectMeta(name: name)
            try await make(namespace, client)
        }
        try await InstallationSecret.publish(installation, client)
        try await makeDefaultProvider(.docker, endpoint: dockerEndpoint, client)
    }

    /// Unless there is a Provider already, whatever its name.
    static func makeDefaultProvider(
        _ type: ProviderSpec.Kind, endpoint: String? = nil, _ client: any ResourceClient
    ) async throws(APIStatus) {
        guard try await client.list(ProviderObject.resourceType, in: nil, ListOptions(limit: 1)).items.isEmpty else {
            return
        }
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: type.rawValue)
        provider.metadata.annotations = [ProviderObject.defaultAnnotation: "true"]
        provider.spec.type = type
        provider.spec.endpoint = endpoint
        try await make(provider, client)
    }

    private static func make(_ object: some APIObject, _ client: any ResourceClient) async throws(APIStatus) {
        do throws(APIStatus) {
            _ = try await client.create(object)
        } catch  where error.isAlreadyExists {
            return
        }
    }
}
