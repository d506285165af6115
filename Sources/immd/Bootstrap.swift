import InfraAPI
import ResourceAPI

/// What the first start makes: the namespace `default` and the default Provider.
enum Bootstrap {
    static func run(_ client: any ResourceClient, dockerEndpoint: String) async throws {
        var namespace = Namespace()
        namespace.metadata = ObjectMeta(name: "default")
        try await make(namespace, client)
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
