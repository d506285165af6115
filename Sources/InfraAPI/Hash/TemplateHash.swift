extension RevisionHash {
    /// Hash of template and claims as the user wrote them: while it stays, nothing is resolved again.
    public static func templateHash(_ template: InstanceTemplate, claims: [VolumeClaimTemplate]) -> String {
        compute(template: template, claims: claims, secretValues: [:], installationKey: [])
    }
}
