/// What can be asked of the registries of images.
public protocol RegistryReading: Sendable {
    /// The tags of a repository (`nginx`, `ghcr.io/team/app`), in the registry's order.
    ///
    /// - Parameter login: nil: as anybody.
    func tags(of repository: String, as login: RegistryLogin?) async throws(RegistryError) -> [String]

    /// The digest (`sha256:…`) that a tag stands for now: of the index where the image has several platforms.
    func digest(of repository: String, tag: String, as login: RegistryLogin?) async throws(RegistryError) -> String
}

extension RegistryReading {
    public func tags(of repository: String) async throws(RegistryError) -> [String] {
        try await tags(of: repository, as: nil)
    }

    public func digest(of repository: String, tag: String) async throws(RegistryError) -> String {
        try await digest(of: repository, tag: tag, as: nil)
    }
}
