/// A reference to an image, taken apart as the engine does.
struct ImageReference: Sendable, Hashable {
    /// As it was written, without tag and digest.
    let repository: String
    let tag: String?
    let digest: String?
    /// `sha256:…`: the ID of a local image rather than a name.
    let isID: Bool

    init(_ text: String) {
        isID = text.hasPrefix("sha256:") && text.utf8.count == 71
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        digest = halves.count == 2 ? String(halves[1]) : nil
        let name = String(halves.first ?? "")
        // A colon before the last slash belongs to the registry's port.
        let lastSlash = name.lastIndex(of: "/") ?? name.startIndex
        if let colon = name[lastSlash...].lastIndex(of: ":"), !isID {
            repository = String(name[..<colon])
            tag = String(name[name.index(after: colon)...])
        } else {
            repository = name
            tag = nil
        }
    }

    /// The registry's host: `docker.io` when the reference names none.
    var registry: String {
        let first = repository.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
        let isHost = first.contains(".") || first.contains(":") || first == "localhost"
        return repository.contains("/") && isHost ? first : "docker.io"
    }

    /// The repository with registry and namespace spelled out, by which two spellings of one compare.
    var canonicalRepository: String {
        let parts = repository.split(separator: "/").map(String.init)
        let path = parts.first == registry ? Array(parts.dropFirst()) : parts
        let full = registry == "docker.io" && path.count == 1 ? ["library"] + path : path
        return ([registry] + full).joined(separator: "/")
    }
}
