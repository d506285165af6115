import JSON

/// Rules of a GitSource beyond its schema.
public enum GitSourceValidation {
    public static func validate(_ source: GitSource) -> [FieldError] {
        let spec = FieldPath().field("spec")
        return reference(source.spec.ref, spec.field("ref")) + credentials(source.spec, spec)
            + updates(source.spec, spec.field("imageUpdates"))
    }

    private static func reference(_ reference: GitReference?, _ path: FieldPath) -> [FieldError] {
        guard let reference else { return [] }
        let given = [reference.branch, reference.tag, reference.semver, reference.commit].compactMap { $0 }
        guard given.count == 1 else {
            return [
                FieldError(
                    path, .invalid, "Invalid value: name exactly one of branch, tag, semver and commit",
                    hint: "leave ref out to follow the remote's own HEAD")
            ]
        }
        return range(reference.semver, path.field("semver"))
    }

    private static func range(_ text: String?, _ path: FieldPath) -> [FieldError] {
        guard let text, SemanticVersionRange(text) == nil else { return [] }
        return [.invalid(path, .string(text), "must be a range of semantic versions (e.g. '>=1.2 <2', '^1.4', '1.x')")]
    }

    /// A password in the open is everybody's.
    private static func credentials(_ spec: GitSourceSpec, _ path: FieldPath) -> [FieldError] {
        guard spec.credentials != nil, !spec.url.hasPrefix("https://"), !spec.url.hasPrefix("ssh://") else { return [] }
        return [.forbidden(path.field("credentials"), "credentials are sent over https and ssh only")]
    }

    private static func updates(_ spec: GitSourceSpec, _ path: FieldPath) -> [FieldError] {
        guard let updates = spec.imageUpdates else { return [] }
        var errors: [FieldError] = []
        if updates.branch == spec.ref?.branch {
            errors.append(
                .invalid(
                    path.field("branch"), .string(updates.branch),
                    "proposals go to another branch than the one that is followed: somebody has to look at them"))
        }
        for (index, policy) in updates.images.enumerated() {
            let item = path.field("images").index(index)
            if let image = ImageReference(policy.image), image.tag != nil || image.digest != nil {
                errors.append(
                    .invalid(item.field("image"), .string(policy.image), "must have neither tag nor digest"))
            }
            if (policy.semver == nil) == (policy.pattern == nil) {
                errors.append(FieldError(item, .invalid, "Invalid value: name either semver or pattern"))
            }
            errors += range(policy.semver, item.field("semver"))
            if let pattern = policy.pattern, pattern.filter({ $0 == "*" }).count != 1 {
                errors.append(
                    .invalid(
                        item.field("pattern"), .string(pattern),
                        "must hold one '*', which stands for what is compared (e.g. 'build-*')"))
            }
        }
        return errors
    }
}
