/// The kinds that there are.
public enum ResourceTypes {
    /// Every kind: ours first, then what we serve of Kubernetes' own.
    public static let all: [ResourceType] = [
        InstanceSet.resourceType, Revision.resourceType, Instance.resourceType, Volume.resourceType,
        SlotSnapshot.resourceType, ProviderObject.resourceType, GitSource.resourceType, RoleBinding.resourceType,
        VolumeForceDetach.resourceType,
        PruneApproval.resourceType, Namespace.resourceType, Secret.resourceType, Event.resourceType, Lease.resourceType,
    ]

    /// Kinds that are served and not stored: other forms of kinds in `all`.
    public static let views: [ResourceType] = [RegardingEvent.resourceType]

    public static func find(apiVersion: String, kind: String) -> ResourceType? {
        KindTable.standard.find(apiVersion: apiVersion, kind: kind)
    }

    /// By the path of a request; among the views too.
    public static func find(group: String, version: String, plural: String) -> ResourceType? {
        KindTable.standard.find(group: group, version: version, plural: plural)
    }

    /// By what people type after `get`: plural, singular, kind, short name, each also with `.group` or
    /// `.version.group`. Case does not count. A category (`imm`) is not one kind: see `category`.
    public static func find(word: String) -> ResourceType? {
        let word = word.lowercased()
        return all.first { type in
            let names = [type.plural, type.singular] + type.shortNames
            return names.contains { name in
                word == name || word == "\(name).\(type.group)" || word == "\(name).\(type.version).\(type.group)"
            }
        }
    }

    /// The kinds of a category, in the order of `all`.
    public static func category(_ name: String) -> [ResourceType] {
        all.filter { $0.categories.contains(name) }
    }
}
