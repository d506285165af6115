extension RevisionHash {
    /// Hash of template and claims as the user wrote them: while it stays, nothing is resolved again.
    public static func templateHash(_ template: InstanceTemplate, claims: [VolumeClaimTemplate]) -> String {
        guard !claims.isEmpty else { return templateHash(template) }
        let names = claims.map { "\($0.name) \($0.spec.accessMode.rawValue)" }.sorted().joined(separator: ",")
        return "\(templateHash(template))+\(names)"
    }
}
