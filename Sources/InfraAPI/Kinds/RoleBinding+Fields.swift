import JSON

extension RoleBinding: SchemaRecord {
    public static let fields: [Field<RoleBinding>] = [
        .plain("metadata", \.metadata, .record, "Standard object metadata."),
        .required("spec", \.spec, .record, "Who has which role in this namespace."),
    ]

    public static let resourceType = ResourceType(
        of: RoleBinding.self, kind: "RoleBinding", plural: "rolebindings", shortNames: ["irb"], categories: ["imm"],
        subresources: ResourceType.Subresources(status: false), writtenBy: .user,
        description: "Gives a role in its namespace to a person, a group, a token or a GitSource.",
        columns: [
            .column("Role", ["spec", "role"], "What the subject may do here."),
            .column("Subject", ["spec", "subject", "kind"], "What the subject is."),
            .column("Subject-Name", ["spec", "subject", "name"], "Name of the subject."),
            .age,
        ],
        check: { binding in
            guard binding.spec.subject.namespace != nil, binding.spec.subject.kind != .gitSource else { return [] }
            return [
                .forbidden(FieldPath().field("spec").field("subject").field("namespace"), "only a GitSource has one")
            ]
        })
}

extension RoleBindingSpec: SchemaRecord {
    public static let fields: [Field<RoleBindingSpec>] = [
        .required("subject", \.subject, .record, "To whom the role is given."),
        .required(
            "role", \.role, .enumeration,
            "view reads all but Secrets; edit also writes what users write, and Secrets, logs and exec; admin also "
                + "RoleBindings and dangerous requests."),
    ]
}

extension RoleSubject: SchemaRecord {
    public static let fields: [Field<RoleSubject>] = [
        .required(
            "kind", \.kind, .enumeration,
            "User: the common name of a client certificate; Group: an organisation in one, or system:authenticated; "
                + "Token: a token of immctl token; GitSource: one of this namespace, or of the one that is named."),
        .required("name", \.name, .string(minimum: 1, maximum: 253), "Name of the subject."),
        .optional(
            "namespace", \.namespace, .string(.dns1123Label, minimum: 1, maximum: 63),
            "Namespace of a GitSource; unset: this one. No other subject has one."),
    ]
}
