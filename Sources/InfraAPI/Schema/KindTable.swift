/// The kinds that a server serves or a client knows.
public struct KindTable: Sendable {
    /// Kinds that are stored.
    public let all: [ResourceType]
    /// Kinds that are served and not stored: other forms of kinds in `all`.
    public let views: [ResourceType]

    public init(_ all: [ResourceType], views: [ResourceType] = []) {
        self.all = all
        self.views = views
    }

    /// Every kind that imm knows.
    public static let standard = KindTable(ResourceTypes.all, views: ResourceTypes.views)

    public func find(apiVersion: String, kind: String) -> ResourceType? {
        all.first { $0.kind == kind && $0.apiVersion == apiVersion }
    }

    /// By the path of a request; among the views too.
    public func find(group: String, version: String, plural: String) -> ResourceType? {
        let matches = { (type: ResourceType) in
            type.plural == plural && type.group == group && type.version == version
        }
        return all.first(where: matches) ?? views.first(where: matches)
    }
}
