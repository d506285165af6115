import InfraAPI
public import JSON

/// One rule of RBAC: what may be done to which resources of the Kubernetes API.
public struct ClusterRule: Sendable, Hashable {
    /// Empty: the core group.
    public let group: String
    /// Plurals, with the subresource after a slash.
    public let resources: [String]
    public let verbs: [String]
    /// nil: any.
    public let names: [String]?
    /// What for.
    public let purpose: String

    init(_ group: String, _ resources: [String], _ verbs: [String], names: [String]? = nil, _ purpose: String) {
        self.group = group
        self.resources = resources
        self.verbs = verbs
        self.names = names
        self.purpose = purpose
    }

    /// - Parameter resource: with its subresource, as in `resources`.
    public func allows(_ verb: String, group: String, resource: String) -> Bool {
        group == self.group && resources.contains(resource) && verbs.contains(verb)
    }

    /// A PolicyRule of `rbac.authorization.k8s.io/v1`.
    public var json: JSONValue {
        var rule: JSONValue = [
            "apiGroups": [.string(group)], "resources": .array(resources.map(JSONValue.string)),
            "verbs": .array(verbs.map(JSONValue.string)),
        ]
        if let names { rule["resourceNames"] = .array(names.map(JSONValue.string)) }
        return rule
    }
}

/// What immd asks of a Kubernetes API server: the one list of rights. The chart's roles are held equal to it by a test, and so is
/// what immd really asks for.
public enum ClusterRules {
    private static let own = "imm.dev"

    /// In each namespace with InstanceSets: a ClusterRole, or a Role in each of the namespaces that are served.
    public static let namespaced: [ClusterRule] = [
        ClusterRule(
            own,
            ["instancesets", "revisions", "instances", "volumes", "slotsnapshots", "volumeforcedetaches"],
            ["get", "list", "watch"], "What is wished for, and the records of what there is."),
        ClusterRule(own, ["instancesets"], ["update"], "Finalizers, and marks of a new leader."),
        ClusterRule(
            own, ["revisions", "instances", "volumes", "slotsnapshots"], ["create", "update", "delete"],
            "The records are the controllers' own."),
        ClusterRule(
            own,
            [
                "instancesets/status", "revisions/status", "instances/status", "volumes/status", "slotsnapshots/status",
                "volumeforcedetaches/status",
            ], ["update"], "What came of it."),
        ClusterRule(
            own, ["instancesets/finalizers"], ["update"],
            "Owner references that block the owner's deletion, where the cluster asks for this right."),
        ClusterRule("", ["secrets"], ["get"], "Those that templates and Providers name, each when it is needed."),
        ClusterRule(
            "", ["pods"], ["get", "list", "watch", "create", "patch", "delete"],
            "Instances; patched are finalizers, and the gate that holds a Pod until it is started."),
        ClusterRule("", ["pods/log"], ["get"], "Logs of instances."),
        ClusterRule("", ["pods/exec"], ["get", "create"], "Probes and commands in instances."),
        ClusterRule(
            "", ["persistentvolumeclaims"], ["get", "list", "create", "patch", "delete"],
            "Volumes; patched are their size, and the note of who holds them."),
        ClusterRule(
            "", ["secrets"], ["create", "delete"], "Files and secret variables of an instance, which its Pod owns."),
        ClusterRule("", ["events"], ["create", "patch"], "What happened, for people."),
    ]

    /// A ClusterRole; not in an installation for some namespaces alone.
    public static let cluster: [ClusterRule] = [
        ClusterRule(
            own, ["providers"], ["get", "list", "watch", "create"], "Where instances run; the first start makes one."),
        ClusterRule(own, ["providers/status"], ["update"], "Whether they answer, and what they can do."),
        ClusterRule("", ["namespaces"], ["get"], names: ["kube-system"], "Its uid tells this cluster from others."),
        ClusterRule("", ["nodes"], ["get"], "Whether the node of a Pod that does not end is gone or out of service."),
        ClusterRule("storage.k8s.io", ["storageclasses"], ["get", "list"], "Whether volumes can grow."),
        ClusterRule(
            "apiextensions.k8s.io", ["customresourcedefinitions"], ["get"],
            names: CustomResourceDefinitions.kinds.map(\.qualifiedName),
            "Whether the definitions that are installed are those of this version."),
    ]

    /// A Role in the namespace in which immd itself runs.
    public static let system: [ClusterRule] = [
        ClusterRule(
            "coordination.k8s.io", ["leases"], ["get", "create", "update"], "Which of several processes acts."),
        ClusterRule("", ["secrets"], ["get", "create"], "The installation's id and key."),
        ClusterRule(
            "", ["namespaces"], ["get"], "Its uid tells this cluster from others, where kube-system may not be read."),
    ]

    /// All of them.
    public static let all = namespaced + cluster + system
}
