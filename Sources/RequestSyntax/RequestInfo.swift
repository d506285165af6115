public import ResourceAPI

/// What a request asks for, read from its path as Kubernetes' `RequestInfo` is.
///
/// `/api/v1/…` is the group without a name, `/apis/GROUP/VERSION/…` the others; below it
/// `[namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]]`. All other paths are not resources.
public struct RequestInfo: Sendable, Hashable {
    public enum Target: Sendable, Hashable {
        case resource(ResourcePath)
        /// The segments of the path; empty ones (double and trailing slashes) are left out.
        case path([String])
    }

    /// Where a resource request points to.
    public struct ResourcePath: Sendable, Hashable {
        public var group: String
        public var version: String
        /// nil: none in the path.
        public var namespace: String?
        /// The plural, as in the path.
        public var resource: String
        public var name: String?
        public var subresource: String?
    }

    public let target: Target
    public let query: RequestQuery

    /// - Parameter uri: path and query as they stand in the request line.
    /// - Throws: 400 for malformed percent-encoding, 404 for paths below a resource that nothing can stand at.
    public init(uri: String) throws(APIStatus) {
        let halves = uri.splitBytes("?", maxSplits: 1, omittingEmpty: false)
        var segments: [String] = []
        for segment in (halves.first ?? "").splitBytes("/") {
            guard let decoded = segment.percentDecoded() else {
                throw .badRequest("the path segment \"\(segment)\" is not correctly percent-encoded UTF-8")
            }
            segments.append(decoded)
        }
        query = try RequestQuery(parsing: halves.count == 2 ? halves[1] : "")
        target = try RequestInfo.target(of: segments)
    }

    private static func target(of segments: [String]) throws(APIStatus) -> Target {
        let group: String
        let rest: ArraySlice<String>
        switch segments.first {
        case "api" where segments.count > 2:
            group = ""
            rest = segments[1...]
        case "apis" where segments.count > 3:
            group = segments[1]
            rest = segments[2...]
        default: return .path(segments)
        }
        var path = ResourcePath(group: group, version: rest[rest.startIndex], namespace: nil, resource: "")
        var parts = Array(rest.dropFirst())
        // `namespaces/N` alone, and its own subresources, are the Namespace itself.
        let isNamespaceItself = parts.count < 3 || (parts.count == 3 && ["status", "finalize"].contains(parts[2]))
        if parts[0] == "namespaces", !isNamespaceItself {
            path.namespace = parts[1]
            parts.removeFirst(2)
        }
        guard parts.count <= 3 else { throw .unknownPath("/" + segments.joined(separator: "/")) }
        path.resource = parts[0]
        path.name = parts.count > 1 ? parts[1] : nil
        path.subresource = parts.count > 2 ? parts[2] : nil
        return .resource(path)
    }
}
