internal import InfraAPI
public import ProviderInterface

extension KubernetesProvider {
    /// A digest as it is given; of a tag the registry's answer. Which images the nodes have is nobody's to know here.
    public func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        guard let reference = ImageReference(image) else {
            throw ProviderError(.imageNotFound, "\(image) is no reference to an image")
        }
        if reference.repository.isEmpty {
            throw ProviderError(
                .imageNotFound,
                "the image id \(image) names no registry to pull from; push the image, and name it by repository and digest"
            )
        }
        if reference.digest != nil { return image }
        guard let digest = configuration.digest else {
            throw ProviderError(
                .imageNotFound,
                "\(image) has no digest, and no registry is asked here; write it as \(reference.repository)@sha256:…")
        }
        return "\(reference.repository)@\(try await digest(reference.repository, reference.tag ?? "latest"))"
    }

    /// Nodes pull by themselves when a Pod is bound to them.
    public func prepare(image: String) async throws(ProviderError) {
        guard let reference = ImageReference(image), reference.digest != nil, !reference.repository.isEmpty else {
            throw ProviderError(.imageNotFound, "\(image) is not pinned by repository and digest")
        }
    }
}
