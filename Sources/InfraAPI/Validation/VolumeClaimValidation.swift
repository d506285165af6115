import JSON

/// Rules of `volumeClaimTemplates`, `orphanClaims` and `adoptVolumesFrom`.
enum VolumeClaimValidation {
    private static let spec = FieldPath([.field("spec")])
    private static let path = spec.field("volumeClaimTemplates")

    /// A claim that nothing mounts would make volumes that nothing uses.
    static func mountErrors(_ spec: InstanceSetSpec) -> [FieldError] {
        spec.volumeClaimTemplates.enumerated().compactMap { index, claim in
            guard !spec.template.spec.volumeMounts.contains(where: { $0.name == claim.name }) else { return nil }
            return .invalid(
                path.index(index).field("name"), .string(claim.name),
                "not mounted: add an entry with this name to spec.template.spec.volumeMounts, or remove the claim")
        }
    }

    /// What is claimed and let go at once.
    static func orphanErrors(_ spec: InstanceSetSpec) -> [FieldError] {
        spec.orphanClaims.enumerated().compactMap { index, name in
            guard spec.volumeClaimTemplates.contains(where: { $0.name == name }) else { return nil }
            return .invalid(
                self.spec.field("orphanClaims").index(index), .string(name),
                "the claim is still in spec.volumeClaimTemplates; remove it from one of the two")
        }
    }

    static func adoptionErrors(_ set: InstanceSet) -> [FieldError] {
        guard let adoption = set.spec.adoptVolumesFrom else { return [] }
        let place = spec.field("adoptVolumesFrom")
        var errors: [FieldError] = []
        if adoption.set == set.metadata.name {
            errors.append(
                .invalid(
                    place.field("set"), .string(adoption.set),
                    "the set itself: its own orphans come back to it anyway; name another set"))
        }
        let claims = set.spec.volumeClaimTemplates.map(\.name)
        for (index, name) in adoption.claims.enumerated() where !claims.contains(name) {
            errors.append(
                .invalid(
                    place.field("claims").index(index), .string(name),
                    "no claim of that name in spec.volumeClaimTemplates",
                    hint: Spelling.closest(to: name, among: claims).map { "did you mean \"\($0)\"?" }))
        }
        return errors
    }

    /// Claims may be added; one that is there never shrinks (its access mode is the schema's business), and goes only when
    /// its volumes' fate is said. Whether it can grow is its provider's business.
    static func updateErrors(
        from old: [VolumeClaimTemplate], to new: [VolumeClaimTemplate], orphaning orphans: [String]
    ) -> [FieldError] {
        let shrunk = new.enumerated().compactMap { index, claim -> FieldError? in
            guard let before = old.first(where: { $0.name == claim.name }), claim.spec.size < before.spec.size else {
                return nil
            }
            let size = before.spec.size
            return .invalid(
                path.index(index).field("spec").field("size"), .string(claim.spec.size.description),
                "may not be smaller than \(size): a volume never shrinks; keep \(size), or add a claim under another name"
                    + " and move the data")
        }
        let removed = old.filter { claim in !new.contains { $0.name == claim.name } && !orphans.contains(claim.name) }
        return shrunk
            + removed.map { claim in
                .forbidden(
                    path,
                    "claim \"\(claim.name)\" may not be removed just so: its volumes would be left without a place; add"
                        + " its name to spec.orphanClaims, which orphans them with their data, or put the claim back")
            }
    }
}
