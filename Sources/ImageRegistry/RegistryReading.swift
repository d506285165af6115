/// What can be asked of the registries of images.
public protocol RegistryReading: Sendable {
    /// The tags of a repository (`nginx`, `ghcr.io/team/app`), in the registry's order.
    func tags(of repository: String) async throws(RegistryError) -> [String]

    /// The digest (`sha256:…`) that a tag stands for now: of the index where the image has several platforms.
    func digest(of repository: String, tag: String) async throws(RegistryError) -> String
}
