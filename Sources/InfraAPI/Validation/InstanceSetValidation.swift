import JSON

/// Rules of an InstanceSet beyond its schema: what the fields say together.
public enum InstanceSetValidation {
    /// The longest name of a set: names of revisions, instances and volumes are made from it.
    public static let longestName = 40

    /// Everything that cannot work, for a set that follows its schema and is defaulted.
    ///
    /// - Parameter attachMode: of the provider; unknown, volumes are taken to be attached at creation.
    public static func validate(
        _ set: InstanceSet, attachMode: ProviderCapabilities.AttachMode = .atCreation
    ) -> [FieldError] {
        nameErrors(set.metadata.name) + timeErrors(set.spec)
            + TemplateValidation(set.spec.template.spec, claims: set.spec.volumeClaimTemplates.map(\.name)).errors()
            + VolumeClaimValidation.mountErrors(set.spec) + VolumeClaimValidation.orphanErrors(set.spec)
            + VolumeClaimValidation.adoptionErrors(set)
            + StrategyValidation(set.spec, attachMode: attachMode).errors()
    }

    /// What a change may not do, beyond the fields that the schema calls immutable.
    public static func validateUpdate(from old: InstanceSet, to new: InstanceSet) -> [FieldError] {
        providerErrors(from: old, to: new)
            + VolumeClaimValidation.updateErrors(
                from: old.spec.volumeClaimTemplates, to: new.spec.volumeClaimTemplates,
                orphaning: new.spec.orphanClaims)
    }

    private static func nameErrors(_ name: String) -> [FieldError] {
        let path = FieldPath([.field("metadata"), .field("name")])
        if name.utf8.count > longestName {
            return [FieldError(path, .tooLong, "Too long: may not be more than \(longestName) bytes")]
        }
        guard !name.isEmpty, !StringFormat.dns1123Label.matches(name) else { return [] }
        return [.invalid(path, .string(name), StringFormat.dns1123Label.rule)]
    }

    private static func timeErrors(_ spec: InstanceSetSpec) -> [FieldError] {
        guard spec.progressDeadlineSeconds <= spec.minReadySeconds else { return [] }
        return [
            .invalid(
                FieldPath([.field("spec"), .field("progressDeadlineSeconds")]),
                .int(Int64(spec.progressDeadlineSeconds)),
                "must be greater than minReadySeconds (\(spec.minReadySeconds)): otherwise every rollout would stall")
        ]
    }

    /// A set that was resolved to the default Provider may only be given that one.
    private static func providerErrors(from old: InstanceSet, to new: InstanceSet) -> [FieldError] {
        guard old.spec.provider == nil, let resolved = old.status.provider, let wanted = new.spec.provider,
            wanted != resolved
        else { return [] }
        return [
            .invalid(
                FieldPath([.field("spec"), .field("provider")]), .string(wanted),
                "field is immutable: the set runs on provider \"\(resolved)\"",
                hint: "make a new set to run it on another provider")
        ]
    }
}
