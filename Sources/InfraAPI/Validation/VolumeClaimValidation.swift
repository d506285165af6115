import JSON

/// Rules of `volumeClaimTemplates`.
enum VolumeClaimValidation {
    private static let path = FieldPath([.field("spec"), .field("volumeClaimTemplates")])

    /// A claim that nothing mounts would make volumes that nothing uses.
    static func mountErrors(_ spec: InstanceSetSpec) -> [FieldError] {
        spec.volumeClaimTemplates.enumerated().compactMap { index, claim in
            guard !spec.template.spec.volumeMounts.contains(where: { $0.name == claim.name }) else { return nil }
            return .invalid(
                path.index(index).field("name"), .string(claim.name),
                "not mounted: add an entry with this name to spec.template.spec.volumeMounts, or remove the claim")
        }
    }

    /// Claims may be added; one that is there keeps its size (its access mode is the schema's business) and stays.
    static func updateErrors(from old: [VolumeClaimTemplate], to new: [VolumeClaimTemplate]) -> [FieldError] {
        let resized = new.enumerated().compactMap { index, claim -> FieldError? in
            guard let before = old.first(where: { $0.name == claim.name }) else { return nil }
            return sizeError(from: before.spec.size, to: claim.spec.size, at: path.index(index))
        }
        let removed = old.filter { claim in !new.contains { $0.name == claim.name } }.map { claim in
            FieldError.forbidden(
                path,
                "claim \"\(claim.name)\" may not be removed: its volumes would be left without a place, and this version"
                    + " has no orphanClaims to ask for that; put the claim back, or make a set under another name"
                    + " without it")
        }
        return resized + removed
    }

    private static func sizeError(from old: Quantity, to new: Quantity, at path: FieldPath) -> FieldError? {
        guard new != old else { return nil }
        let rule =
            new < old
            ? "may not be smaller than \(old): a volume never shrinks"
            : "may not be larger than \(old): no provider can resize a volume yet"
        return .invalid(
            path.field("spec").field("size"), .string(new.description),
            "\(rule); keep \(old), or add a claim under another name and move the data")
    }
}
