import ResourceAPI

/// Decides who may do what.
struct Authorization: Sendable {
    /// Health and version tell nothing of anybody's objects, and those who probe have no identity.
    private static let publicPaths: Set<String> = ["/healthz", "/livez", "/readyz", "/version"]

    /// - Throws: 401 for a caller who is not known, 403 for one who may not do this.
    func check(_ caller: Caller?, _ attributes: RequestAttributes) async throws(APIStatus) {
        if case .path(let path) = attributes.target, Authorization.isPublic(path) { return }
        guard let caller else { throw .nobodyKnown }
        guard caller.isAdmin else { throw .forbidden(caller, attributes) }
    }

    /// A check by name (`/readyz/store`) is as public as all of them.
    private static func isPublic(_ path: String) -> Bool {
        publicPaths.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}
