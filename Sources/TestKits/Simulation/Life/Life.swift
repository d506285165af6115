import Ambient
public import Logging

/// One life of a simulated cluster, from its seed to the fixed point after the last fault.
public enum Life {
    /// - Parameters:
    ///   - logLevel: of the transcript; nil writes none.
    ///   - mutant: a deliberate bug to be found.
    public static func run(
        _ script: LifeScript, logLevel: Logger.Level? = nil, mutant: Mutant = .none
    ) -> ClusterReport {
        var options = ClusterOptions()
        options.faults = script.faults
        options.clientFaults = script.clientFaults
        options.deadline = .seconds(40_000)
        options.maxJobs = 600_000
        let isCut = script.entries.contains { if case .cutAPI = $0.action { true } else { false } }
        if script.clientFaults != .none || isCut { options.planAge = .seconds(120) }
        options.logLevel = logLevel
        options.mutant = mutant
        return SimulatedCluster.run("life", seed: script.seed, options) { cluster in
            try await LifeRunner(script: script, cluster: cluster).run()
        }
    }
}
