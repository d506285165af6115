public import Planning
import ProviderInterface
import ResourceAPI

/// The controllers with one deliberate bug. A checker that cannot fail checks nothing: the simulator must find each of them.
///
/// A bug sits where the controllers meet the rest of the world, so that no product code has to know of it: in what the planner
/// is shown, in what it answers, in what the provider says, or in what is written.
public struct Mutant: Sendable {
    public typealias PlanFunction = @Sendable (SetObservation) -> Plan

    /// As `--mutant` names it.
    public let name: String
    /// What is wrong, in a sentence.
    public let bug: String
    /// One planner for each life of a controller: bugs with a memory forget it when the process dies.
    let planner: @Sendable () -> PlanFunction
    let snapshots: @Sendable (SnapshotObservation) -> SnapshotStep
    let provider: @Sendable (any Provider) -> any Provider
    let client: @Sendable (any ResourceClient) -> any ResourceClient

    init(
        _ name: String, _ bug: String, planner: @escaping @Sendable () -> PlanFunction = { { Planner.plan($0) } },
        snapshots: @escaping @Sendable (SnapshotObservation) -> SnapshotStep = { SnapshotPlanner.plan($0) },
        provider: @escaping @Sendable (any Provider) -> any Provider = { $0 },
        client: @escaping @Sendable (any ResourceClient) -> any ResourceClient = { $0 }
    ) {
        self.name = name
        self.bug = bug
        self.planner = planner
        self.snapshots = snapshots
        self.provider = provider
        self.client = client
    }

    /// No bug.
    public static let none = Mutant("none", "no bug")

    public static let all: [Mutant] = seeing + planning + calling + writing + copying

    /// A planner that is shown something else than what was observed.
    static func seeing(
        _ name: String, _ bug: String, _ change: @escaping @Sendable (inout SetObservation) -> Void
    ) -> Mutant {
        Mutant(
            name, bug,
            planner: {
                { observation in
                    var seen = observation
                    change(&seen)
                    return Planner.plan(seen)
                }
            })
    }

    /// A planner whose answer is changed.
    static func planning(
        _ name: String, _ bug: String, _ change: @escaping @Sendable (inout Plan, SetObservation) -> Void
    ) -> Mutant {
        Mutant(
            name, bug,
            planner: {
                { observation in
                    var plan = Planner.plan(observation)
                    change(&plan, observation)
                    return plan
                }
            })
    }
}

extension Mutant {
    public static func named(_ name: String) -> Mutant? { all.first { $0.name == name } }
}
