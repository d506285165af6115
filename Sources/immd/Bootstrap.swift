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
        let providers = try await client.list(ProviderObject.self)
        guard providers.items.isEmpty else { return }
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: "docker")
        provider.metadata.annotations = [ProviderObject.defaultAnnotation: "true"]
        provider.spec.type = .docker
        provider.spec.endpoint = dockerEndpoint
        try await make(provider, client)
    }

    private static func make(_ object: some APIObject, _ client: any ResourceClient) async throws {
        do throws(APIStatus) {
            _ = try await client.create(object)
        } catch  where error.isAlreadyExists {
            return
        }
    }
}
