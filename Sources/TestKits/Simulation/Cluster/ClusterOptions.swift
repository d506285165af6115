public import Logging

/// How a simulated cluster is run.
public struct ClusterOptions: Sendable {
    public var faults = ProviderFaults.none
    public var clientFaults = ClientFaults.none
    /// Virtual time at which the run ends at the latest.
    public var deadline = Duration.seconds(7200)
    /// Virtual time that it gets to reach a fixed point after the scenario.
    public var settling = Duration.seconds(1800)
    /// So many jobs are too many: something spins.
    public var maxJobs = 1_000_000
    /// How old the state may be that a plan is made on, for the law of the budget.
    public var planAge = Duration.seconds(5)
    /// Of the transcript; nil writes none, for runs whose story is read only after a failure.
    public var logLevel: Logger.Level? = .debug
    /// A deliberate bug that the controllers have.
    public var mutant = Mutant.none

    public init(
        faults: ProviderFaults = .none, deadline: Duration = .seconds(7200), settling: Duration = .seconds(1800),
        maxJobs: Int = 1_000_000
    ) {
        self.faults = faults
        self.deadline = deadline
        self.settling = settling
        self.maxJobs = maxJobs
    }
}
