import InfraAPI

/// A right: these verbs on these resources of these groups, in the namespace of the binding.
struct RoleRule: Sendable, Hashable {
    let group: String
    /// Plurals, with a subresource as `instances/exec`.
    let resources: [String]
    let verbs: [String]

    func allows(_ verb: String, _ resource: RequestAttributes.Resource) -> Bool {
        resource.group == group && resources.contains(resource.path) && verbs.contains(verb)
    }
}

extension RoleRule {
    private static let read = ["get", "list", "watch"]
    private static let write = ["create", "update", "patch", "delete", "deletecollection"]

    /// What a role may do. A resource that stands nowhere here is the administrators' alone.
    static func rules(of role: RoleBindingSpec.Role) -> [RoleRule] {
        switch role {
        case .view: view
        case .edit: view + edit
        case .admin: view + edit + admin
        }
    }

    private static let view = [
        RoleRule(
            group: "imm.dev",
            resources: [
                "instancesets", "instancesets/status", "instancesets/scale", "revisions", "revisions/status",
                "instances", "instances/status", "volumes", "volumes/status",
                "slotsnapshots", "slotsnapshots/status",
                // Who overrode what is nobody's secret.
                "volumeforcedetaches", "volumeforcedetaches/status", "pruneapprovals", "pruneapprovals/status",
                "gitsources", "gitsources/status",
            ], verbs: read),
        RoleRule(group: "", resources: ["events", "pods", "pods/status"], verbs: read),
        RoleRule(group: "events.k8s.io", resources: ["events"], verbs: read),
        // The Namespace itself, by name.
        RoleRule(group: "", resources: ["namespaces"], verbs: ["get"]),
    ]

    private static let edit = [
        RoleRule(
            group: "imm.dev", resources: ["instancesets", "volumes", "slotsnapshots", "gitsources", "pruneapprovals"],
            verbs: write),
        RoleRule(group: "imm.dev", resources: ["instancesets/scale"], verbs: ["update", "patch"]),
        RoleRule(group: "imm.dev", resources: ["instancesets/plan"], verbs: ["create"]),
        // To have one replaced.
        RoleRule(group: "imm.dev", resources: ["instances"], verbs: ["delete", "deletecollection"]),
        RoleRule(group: "imm.dev", resources: ["instances/log"], verbs: ["get"]),
        RoleRule(group: "imm.dev", resources: ["instances/exec"], verbs: ["create"]),
        RoleRule(group: "", resources: ["pods/log"], verbs: ["get"]),
        RoleRule(group: "", resources: ["pods/exec"], verbs: ["create"]),
        RoleRule(group: "", resources: ["secrets"], verbs: read + write),
    ]

    private static let admin = [
        RoleRule(group: "imm.dev", resources: ["rolebindings"], verbs: read + write),
        // The dangerous requests.
        RoleRule(group: "imm.dev", resources: ["volumeforcedetaches"], verbs: write),
    ]
}
