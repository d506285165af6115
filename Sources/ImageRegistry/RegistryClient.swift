public import Ambient
import HTTPTransport

/// Asks registries by the OCI distribution API, as anybody or with a login: by the tokens that a registry gives, or by the password
/// itself where it asks for that.
///
/// https, and plain http only to this machine. Redirects are not followed.
public struct RegistryClient: RegistryReading {
    private let time: any TimeSource
    private let limits: RegistryLimits

    public init(_ time: any TimeSource, limits: RegistryLimits = RegistryLimits()) {
        self.time = time
        self.limits = limits
    }

    public func tags(of repository: String, as login: RegistryLogin?) async throws(RegistryError) -> [String] {
        let address = RepositoryAddress(repository)
        let session = RegistrySession(address, login, time, limits)
        defer { session.end() }
        var tags: [String] = []
        var next: String? = "\(TagPage.list(of: address.path))?n=\(limits.pageSize)"
        for _ in 0..<limits.maxPages {
            guard let path = next else { return tags }
            let response = try await session.send(HTTPRequest(.get, path, headers: ["Accept": "application/json"]))
            let page = try TagPage(response, of: address.path, at: address.origin)
            tags += page.tags
            guard tags.count <= limits.maxTags else {
                throw RegistryError(.tooLarge, "\(repository) has more than \(limits.maxTags) tags, which is the limit")
            }
            next = page.next
        }
        guard next != nil else { return tags }
        throw RegistryError(
            .tooLarge, "\(repository): the list of tags has more than \(limits.maxPages) pages, which is the limit")
    }

    public func digest(of repository: String, tag: String, as login: RegistryLogin?) async throws(RegistryError)
        -> String
    {
        let address = RepositoryAddress(repository)
        guard TagPage.isTag(tag) else { throw RegistryError(.refused, "\(repository): \"\(tag)\" is no tag") }
        let session = RegistrySession(address, login, time, limits)
        defer { session.end() }
        let response = try await session.send(
            HTTPRequest(
                .head, "/v2/\(address.path)/manifests/\(tag)", headers: ["Accept": RegistryClient.manifestTypes]))
        guard let digest = response.headers["Docker-Content-Digest"], RegistryClient.isDigest(digest) else {
            throw RegistryError(.refused, "\(address.registry) does not tell the digest of \(repository):\(tag)")
        }
        return digest
    }

    /// Indexes first: a digest that stands for all platforms.
    private static let manifestTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ].joined(separator: ", ")

    private static func isDigest(_ text: String) -> Bool {
        text.hasPrefix("sha256:") && text.utf8.count == 71
            && text.utf8.dropFirst(7).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
