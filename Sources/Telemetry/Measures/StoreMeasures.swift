/// The hook for what a store counts.
public enum StoreMeasures {
    /// - Parameters:
    ///   - version: the store version.
    ///   - commits: commits since the start.
    public static func watch(
        _ registry: MetricRegistry, version: @escaping @Sendable () -> Double, commits: @escaping @Sendable () -> Double
    ) {
        registry.gauge("imm_store_version", "Version of the last commit.", read: version)
        registry.counter("imm_store_commits_total", "Commits since the start.", read: commits)
    }
}
