import InfraAPI
import JSON
import ResourceAPI

/// Decides who may do what: administrators everything, others what the RoleBindings of the namespace give them.
///
/// The bindings are read at each request, from the store's memory: a right that is taken away is gone at once, and there is
/// no cache that could be behind.
struct Authorization: Sendable {
    /// Health and version tell nothing of anybody's objects, and those who probe have no identity.
    private static let publicPaths: Set<String> = ["healthz", "livez", "readyz", "version"]
    /// What every client reads before it can do anything.
    private static let commonPaths: Set<String> = ["api", "apis", "openapi", "metrics"]

    /// What every known caller may read besides resources.
    static let readablePaths =
        ["/"] + (publicPaths.union(commonPaths)).sorted().flatMap { ["/\($0)", "/\($0)/*"] }

    let client: any ResourceClient

    /// - Throws: 401 for a caller who is not known, 403 for one who may not do this.
    func check(_ caller: Caller?, _ attributes: RequestAttributes) async throws(APIStatus) {
        if case .path(let path) = attributes.target, Authorization.isIn(Authorization.publicPaths, path) { return }
        guard let caller else { throw .nobodyKnown }
        guard try await isAllowed(caller, attributes) else { throw .forbidden(caller, attributes) }
    }

    func isAllowed(_ caller: Caller, _ attributes: RequestAttributes) async throws(APIStatus) -> Bool {
        if caller.isAdmin { return true }
        switch attributes.target {
        case .path(let path):
            if Authorization.isIn(Authorization.publicPaths, path) { return true }
            return attributes.verb == "get" && (path == "/" || Authorization.isIn(Authorization.commonPaths, path))
        case .resource(let resource):
            if SelfReview.find(resource) != nil { return attributes.verb == "create" }
            guard let namespace = resource.namespace else { return false }
            return try await rules(of: caller, in: namespace).contains { $0.allows(attributes.verb, resource) }
        }
    }

    /// The rights that a caller has in a namespace by its bindings.
    func rules(of caller: Caller, in namespace: String) async throws(APIStatus) -> [RoleRule] {
        let subjects = caller.subjects
        let bindings = try await client.list(RoleBinding.resourceType, in: namespace, ListOptions())
        var roles: Set<RoleBindingSpec.Role> = []
        for binding in bindings.items {
            guard let spec = binding["spec"], let kind = spec["subject"]?["kind"]?.stringValue,
                let name = spec["subject"]?["name"]?.stringValue,
                // By its bytes: names that merely look the same are others' (U+212A is no K).
                subjects.contains(where: {
                    $0.kind.rawValue == kind && $0.name.isByteEqual(to: name)
                        && ($0.namespace == nil
                            || $0.namespace == spec["subject"]?["namespace"]?.stringValue ?? namespace)
                }),
                let role = spec["role"]?.stringValue.flatMap(RoleBindingSpec.Role.init(rawValue:))
            else { continue }
            roles.insert(role)
        }
        // Each role has all of the rights of the one before it.
        return RoleBindingSpec.Role.allCases.last(where: roles.contains).map(RoleRule.rules(of:)) ?? []
    }

    /// A check by name (`/readyz/store`) is as public as all of them.
    private static func isIn(_ paths: Set<String>, _ path: String) -> Bool {
        path.split(separator: "/").first.map { paths.contains(String($0)) } ?? false
    }
}

extension Caller {
    /// What RoleBindings may call this caller: itself, and each of its groups.
    fileprivate var subjects: [RoleSubject] {
        let groups = (groups + [Caller.authenticatedGroup]).map { RoleSubject(.group, $0) }
        return (itself.map { [$0] } ?? []) + groups
    }

    /// nil when no RoleBinding can name it.
    private var itself: RoleSubject? {
        if name.hasPrefix(Caller.tokenPrefix) {
            return RoleSubject(.token, String(name.dropFirst(Caller.tokenPrefix.count)))
        }
        if name.hasPrefix(Caller.gitSourcePrefix) {
            let parts = name.dropFirst(Caller.gitSourcePrefix.count).split(separator: ":")
            guard parts.count == 2 else { return nil }
            var subject = RoleSubject(.gitSource, String(parts[1]))
            subject.namespace = String(parts[0])
            return subject
        }
        return name.hasPrefix(Caller.reservedPrefix) ? nil : RoleSubject(.user, name)
    }
}

extension RoleSubject {
    fileprivate init(_ kind: Kind, _ name: String) {
        self.init()
        (self.kind, self.name) = (kind, name)
    }
}
