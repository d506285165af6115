internal import DockerEngine
internal import Logging
public import ProviderInterface

extension DockerProvider {
    public func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        let reference = ImageReference(image)
        if reference.digest != nil { return image }
        let local = try await inspectImage(image)
        if reference.isID {
            guard let local else { throw missing(image, "no image of this id is at the engine; load it, or name it") }
            return local.id
        }
        guard let local else { return try await registryAnswer(reference, image) }
        guard let digest = repositoryDigest(of: local, reference) else { return local.id }
        return askRegistryFirst ? try await registryAnswer(reference, image) : digest
    }

    public func prepare(image: String) async throws(ProviderError) {
        if try await inspectImage(image) != nil { return }
        let reference = ImageReference(image)
        if reference.isID {
            throw missing(image, "an image without a repository cannot be pulled; load it into the engine")
        }
        logger.debug("pulling an image", metadata: ["image": "\(image)"])
        do throws(DockerError) {
            try await engine.pullImage(image, login: login(for: reference))
        } catch {
            throw registryFailure(error, image, doing: "pull")
        }
        guard try await inspectImage(image) != nil else {
            throw ProviderError(.pullFailed, "the pull of \(image) ended without an error, and the image is not there")
        }
    }

    private func inspectImage(_ image: String) async throws(ProviderError) -> EngineImage? {
        try await engineRead("inspect the image \(image)") { () throws(DockerError) in
            try await engine.inspectImage(image)
        }
    }

    /// `repository@digest` of the reference's own repository; the image may have come from others too.
    private func repositoryDigest(of image: EngineImage, _ reference: ImageReference) -> String? {
        image.repositoryDigests.sorted().first {
            ImageReference($0).canonicalRepository == reference.canonicalRepository
        }
    }

    private func registryAnswer(_ reference: ImageReference, _ image: String) async throws(ProviderError) -> String {
        do throws(DockerError) {
            let digest = try await engine.registryDigest(of: image, login: login(for: reference))
            return "\(reference.repository)@\(digest)"
        } catch {
            throw registryFailure(error, image, doing: "resolve")
        }
    }

    private func registryFailure(_ error: DockerError, _ image: String, doing what: String) -> ProviderError {
        let words = error.engineMessage.lowercased()
        switch error.kind {
        case .unreachable, .cancelled: return ProviderError(error, doing: "\(what) the image \(image)")
        case _ where error.kind == .notFound || words.contains("manifest unknown") || words.contains("not found"):
            return missing(image, error.engineMessage)
        case _ where words.contains("no space left"):
            return ProviderError(.quota, "\(what) the image \(image): \(error.description); free space at the engine")
        default:
            return ProviderError(
                .pullFailed,
                "\(what) the image \(image): \(error.description); check the registry, its credentials and the network")
        }
    }

    private func missing(_ image: String, _ why: String) -> ProviderError {
        ProviderError(.imageNotFound, "the image \(image) is not found: \(why)")
    }

    private func login(for reference: ImageReference) -> RegistryLogin? {
        configuration.registryLogins.first { $0.server == reference.registry }
    }
}
